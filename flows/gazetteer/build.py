"""Rebuilds `flows/data/gazetteer/` from its sources: `python -m flows.gazetteer.build SOURCE_DIR [--to DIR]`. No network.

SOURCE_DIR holds UTF-8 CSV files with a header line each (docs/reading.md, "Places", says where they come from):

- `admin1.csv` pcode, name_en, name_ar; `admin2.csv` also admin1_pcode; `admin3.csv` also admin2_pcode, admin1_pcode
- `communities.csv` pcode, name_en, name_ar, admin3_pcode, admin2_pcode, admin1_pcode
- `neighbourhoods.csv` pcode, name_en, name_ar, community_pcode, admin3_pcode, admin1_pcode, area_en, area_ar
- `aliases.csv` pcode, alias, lang (ar, ckb, ku, tr, en, de, fr, und-Latn), source
- `facilities.csv` facility_id, name_ar, name_en, admin1_pcode, locality_ar, kind, aliases (separated by `;`)

Other columns are ignored; who ran a site is never read, so it cannot ship.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from rapidfuzz.distance import OSA

from flows.reading.places.gazetteer import CAPITAL, DISTRICT_SEAT, FILES, LANGUAGES, LISTED, PLAIN, QUARTER, SEAT
from flows.reading.places.governorates import NAMES
from flows.reading.places.keys import bare, is_arabic, loose, parts, strict
from flows.reading.places.lexicon import CENTRAL, CHECKPOINTS, INSTITUTIONS, SIDE, SITES, roles

Row = Mapping[str, str]
#: the town of Quneitra has lain in ruins since 1974: its name means the governorate
_IN_RUINS = frozenset({"C6268"})
#: kinds of `facilities.csv` that are sorts of sites; every other kind is "other"
_SORTS = {"prison": "prison", "branch": "branch", "hospital": "hospital", "camp": "camp", "category": "checkpoint"}
#: how alike a unit's name and its seat's must sound to be the same name
_ALIKE = 0.75
#: a name that is only a name of the unit ("مركز داريا") is also that of its seat
_SEAT = re.compile(r"^(مركز|مدينة) ")


@dataclass(slots=True)
class _Entry:
    code: str
    kind: str
    names: dict[str, str]
    admin1: str
    within: tuple[str, ...] = ()
    site: str = ""
    rank: int = PLAIN
    #: everything it is called
    called: list[str] = field(default_factory=list)

    def row(self) -> str:
        names = (self.names.get(language, "") for language in LANGUAGES)
        return "\t".join([self.code, self.kind, self.site, self.admin1, " ".join(self.within), str(self.rank), *names])


def build(source: Path, to: Path) -> int:
    """Write `places.tsv` and `names.tsv` into `to`; the number of places."""
    entries = _entries(source)
    names = _names(entries, _read(source, "neighbourhoods"))
    rows = [entry.row() for entry in entries.values()]
    lines = [f"s\t{key}\t{' '.join(codes)}" for key, codes in sorted(names.items())]
    lines += [f"l\t{key}\t{' '.join(codes)}" for key, codes in sorted(_loose(names).items())]
    digest = hashlib.sha256("\n".join([*rows, *lines]).encode()).hexdigest()
    to.mkdir(parents=True, exist_ok=True)
    head = f"# syria-{digest[:8]}\n" + "\t".join(["code", "kind", "site", "admin1", "within", "rank", *LANGUAGES])
    (to / "places.tsv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    (to / "names.tsv").write_text("\n".join(["kind\tkey\tcodes", *lines]) + "\n", "utf-8")
    return len(rows)


# -- places --------------------------------------------------------------------------------------------------------------


def _read(source: Path, name: str) -> list[Row]:
    with (source / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _entries(source: Path) -> dict[str, _Entry]:
    entries = {entry.code: entry for entry in _units(source)}
    for row in _read(source, "aliases"):
        _call(entries[row["pcode"]], row)
    _rank_seats(entries)
    for entry in entries.values():
        if entry.code in NAMES or entry.rank == CAPITAL:
            entry.names.update(NAMES[entry.admin1])
            entry.called += NAMES[entry.admin1].values()
    for entry in _sites(_read(source, "facilities"), entries):
        entries[entry.code] = entry
    return entries


def _units(source: Path) -> Iterator[_Entry]:
    for file, kind, within in (
        ("admin1", "governorate", ()), ("admin2", "district", ()), ("admin3", "subdistrict", ("admin2_pcode",)),
        ("communities", "community", ("admin3_pcode", "admin2_pcode")),
        ("neighbourhoods", "neighbourhood", ("community_pcode", "admin3_pcode")),
    ):  # fmt: skip
        for row in _read(source, file):
            names = {"ar": " ".join(row["name_ar"].split()), "en": " ".join(row["name_en"].split())}
            admin1 = row.get("admin1_pcode") or row["pcode"]
            entry = _Entry(row["pcode"], kind, names, admin1, tuple(row[column] for column in within))
            entry.rank = QUARTER if kind == "neighbourhood" else PLAIN
            entry.called = [*_sides(names["ar"]), *_sides(names["en"])]
            yield entry


def _sides(name: str) -> list[str]:
    """A name, and the two names it joins (`الحرية_ عش الورور`), and a unit's name without "centre of"."""
    sides = [side for side in re.split(r"[_/]| - ", name) if len(side.strip()) > 2]
    return [name, *(sides if len(sides) > 1 else []), *([_SEAT.sub("", name)] if _SEAT.match(name) else [])]


def _call(entry: _Entry, row: Row) -> None:
    entry.called.append(row["alias"])
    if row["lang"] in ("ku", "tr", "de", "fr"):
        entry.names.setdefault(row["lang"], row["alias"])
    if row["source"].startswith("GeoNames"):
        entry.rank = max(entry.rank, LISTED)


def _rank_seats(entries: Mapping[str, _Entry]) -> None:
    """A community that bears its unit's name is the unit's seat; of two, the one that is called more names."""
    inside: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries.values():
        if entry.kind == "community":
            for code in (*entry.within, entry.admin1):
                inside[code].append(entry)
    for kind, rank in (("subdistrict", SEAT), ("district", DISTRICT_SEAT), ("governorate", CAPITAL)):
        for unit in [entry for entry in entries.values() if entry.kind == kind]:
            sounds = {_sound(name) for name in _sides(unit.names["ar"])}
            bearing = [town for town in inside[unit.code] if not sounds.isdisjoint(map(_sound, _arabic(town)))]
            if bearing:
                seat = max(bearing, key=lambda town: (town.rank, len(town.called)))
                seat.rank = max(seat.rank, rank)
                if kind != "governorate":
                    seat.called += [name for name in unit.called if _alike(name, seat)]
    for code in _IN_RUINS & entries.keys():
        entries[code].rank = PLAIN


def _arabic(entry: _Entry) -> list[str]:
    return [name for name in entry.called if is_arabic(name)]


def _alike(name: str, seat: _Entry) -> bool:
    """Whether a unit's name is one more spelling of its seat's, not the name of a region."""
    heard = _sound(name)
    return any(OSA.normalized_similarity(heard, _sound(own)) >= _ALIKE for own in seat.called)


def _sound(name: str) -> str:
    return loose(strict(parts(name)))


def _sites(rows: Iterable[Row], entries: Mapping[str, _Entry]) -> Iterator[_Entry]:
    by_name: dict[tuple[str, str], list[_Entry]] = defaultdict(list)
    for entry in entries.values():
        if entry.kind in ("community", "neighbourhood"):
            by_name[entry.admin1, strict(parts(entry.names["ar"]))].append(entry)
    for row in rows:
        names = {"ar": row["name_ar"], "en": row["name_en"]}
        spots = [
            max(found, key=lambda entry: entry.rank)
            for spot in row["locality_ar"].split("،")
            if (found := by_name.get((row["admin1_pcode"], strict(parts(spot)))))
        ]
        within = dict.fromkeys(code for spot in spots for code in (spot.code, *spot.within))
        site = _SORTS.get(row["kind"], "other")
        entry = _Entry(row["facility_id"], "facility", names, row["admin1_pcode"], tuple(within), site)
        entry.called = [
            name for name in [*names.values(), *_outside(names), *row["aliases"].split(";")] if name.strip()
        ]
        if site == "checkpoint":
            entry.called += CHECKPOINTS
        yield entry


def _outside(names: Mapping[str, str]) -> list[str]:
    return [re.sub(r" *\(.*\)", "", name) for name in names.values()]


# -- keys ----------------------------------------------------------------------------------------------------------------


def _names(entries: Mapping[str, _Entry], quarters: Sequence[Row]) -> dict[str, list[str]]:
    """Strict key -> codes, the order of the sources within one key."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in entries.values():
        for name in entry.called:
            for key in _keys(entry, parts(name)):
                found[key][entry.code] = None
    for row in quarters:
        for area in (row["area_ar"], row["area_en"]):
            if key := strict(parts(area.replace("<Null>", ""))):
                found[f"area:{key}"][row["pcode"]] = None
    for entry in entries.values():
        if entry.kind == "neighbourhood" and (key := _without_side(entry)):
            found[f"area:{key}"][entry.code] = None
    for key, codes in _institutions(entries):
        found[f"many:{key}"] = dict.fromkeys(codes)
    return {key: list(codes) for key, codes in found.items()}


def _without_side(entry: _Entry) -> str:
    """`دير بعلبة` of `دير بعلبة الجنوبي`; empty where the name says no side."""
    words = parts(entry.names["ar"])
    rest = [word for word in words if SIDE not in roles(word)]
    return strict(rest) if 0 < len(rest) < len(words) else ""


def _keys(entry: _Entry, words: Sequence[str]) -> Iterator[str]:
    if not words or not (key := strict(words)):
        return
    yield key
    joined = "".join(words)
    if is_arabic(joined):
        yield joined.removeprefix("ال") if len(joined) > 4 else joined  # ديرالزور, written as one word
    if entry.kind == "facility":
        yield from _site_keys(entry, words)


def _site_keys(entry: _Entry, words: Sequence[str]) -> Iterator[str]:
    """`prison:عدرا` for whatever says "Adra" and "prison" in any language and order."""
    said = {role for word in words for role in roles(word)} & set(SITES) or {entry.site} & set(SITES)
    rest = [word for word in words if not roles(word) & {*SITES, CENTRAL}]
    if rest and strict(rest):
        for site in said:
            yield f"{site}:{strict(rest)}"


def _institutions(entries: Mapping[str, _Entry]) -> Iterator[tuple[str, list[str]]]:
    """Key of a name many cities' institutions bear -> their codes, large cities first."""
    sites = [entry for entry in entries.values() if entry.kind == "facility"]
    for phrases in INSTITUTIONS.values():
        said = [parts(phrase) for phrase in phrases]
        bearing = [entry for entry in sites if any(_bears(entry, words) for words in said if is_arabic(words[0]))]
        bearing.sort(key=lambda entry: (_CITIES.index(entry.admin1), entry.site == "other"))
        if bearing:
            yield from ((strict(words), [entry.code for entry in bearing]) for words in said)


def _bears(entry: _Entry, phrase: Sequence[str]) -> bool:
    """Whether a site's own name holds the phrase, or anything it is called begins with it and says the rest."""
    if strict(phrase) in strict(parts(entry.names["ar"])):
        return True
    wanted = {bare(word) for word in phrase}
    return any(
        bare(words[0]) == bare(phrase[0]) and wanted <= set(map(bare, words)) for words in map(parts, entry.called)
    )


#: governorates by the size of their largest city
_CITIES = [f"SY{number:02}" for number in (1, 2, 4, 5, 3, 6, 9, 8, 12, 7, 11, 10, 13, 14)]


def _loose(names: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for key, codes in names.items():
        space, _, name = key.rpartition(":")
        if space not in ("area", "many") and not name.isdecimal():
            found[f"{space}:{loose(name)}" if space else loose(name)].update(dict.fromkeys(codes))
    return {key: list(codes) for key, codes in found.items()}


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), default=FILES, help="where the two files go")
def main(source: Path, to: Path) -> None:
    """Rebuild the gazetteer from the tables in SOURCE."""
    click.echo(f"{build(source, to)} places in {to}")


if __name__ == "__main__":
    main()
