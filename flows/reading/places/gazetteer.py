"""The gazetteer as it ships: places by code, and the codes a key may mean. Loaded on first use, parsed row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILES = Path(__file__).parent.parent.parent / "data" / "gazetteer"
LANGUAGES = ("ar", "en", "ku", "tr", "de", "fr")

#: ranks of places, the prior of one that shares its name with others
CAPITAL, DISTRICT_SEAT, SEAT, LISTED, QUARTER, PLAIN = 6, 4, 3, 2, 1, 0


@dataclass(frozen=True, slots=True)
class Place:
    """A row of `places.tsv`."""

    #: OCHA p-code (SY…, C…, N…) or the code of a site (F-…)
    code: str
    #: governorate, district, subdistrict, community, neighbourhood or facility
    kind: str
    #: what sort of site a facility is: prison, branch, hospital, camp, other or checkpoint; empty for places
    site: str
    #: p-code of the governorate, empty for a checkpoint
    admin1: str
    #: codes of what it lies in, smallest first, without the governorate
    within: tuple[str, ...]
    rank: int
    #: by `LANGUAGES`, empty where it has no name of its own
    names: tuple[str, ...]

    def name(self, language: str) -> str:
        """Its name in a language, else in English (Arabic words are shown as they are in Arabic only)."""
        wanted = LANGUAGES.index(language) if language in LANGUAGES else 1
        return self.names[wanted] or self.names[1] or self.names[0]

    def lies_in(self, code: str) -> bool:
        """Whether it lies in another place."""
        return code == self.admin1 or code in self.within


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Everything that ships, kept as text until asked for."""

    version: str
    rows: Mapping[str, str]
    #: key -> codes separated by spaces; institutions' keys begin with the sort of site (`prison:`) or `many:`
    strict: Mapping[str, str]
    loose: Mapping[str, str]
    #: every institution, in the order of the file
    sites: Sequence[Place]

    def place(self, code: str) -> Place:
        """The place of a code that is in the gazetteer."""
        return _place(self.rows[code])

    def exactly(self, key: str) -> Sequence[str]:
        """Codes of what is spelled like this."""
        return self.strict.get(key, "").split()

    def by_sound(self, key: str) -> Sequence[str]:
        """Codes of what sounds like this (a `loose` key)."""
        return self.loose.get(key, "").split()


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer that ships, read once (about 0.05 s, 11 MiB)."""
    return read(FILES)


def read(folder: Path) -> Gazetteer:
    """`places.tsv` and `names.tsv` of a folder as `flows.gazetteer.build` writes them."""
    head, _, *rows = (folder / "places.tsv").read_text("utf-8").splitlines()
    strict: dict[str, str] = {}
    loose: dict[str, str] = {}
    for line in (folder / "names.tsv").read_text("utf-8").splitlines()[1:]:
        kind, key, codes = line.split("\t")
        (strict if kind == "s" else loose)[key] = codes
    by_code = {row[: row.index("\t")]: row for row in rows}
    sites = tuple(_place(row) for code, row in by_code.items() if code.startswith("F-"))
    return Gazetteer(head.removeprefix("# "), by_code, strict, loose, sites)


def _place(row: str) -> Place:
    code, kind, site, admin1, within, rank, *names = row.split("\t")
    return Place(code, kind, site, admin1, tuple(within.split()), int(rank), tuple(names))
