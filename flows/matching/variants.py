"""The dictionary of names and their spellings: which names a spelling may stand for. Grows with every reviewer.

`flows/data/name_variants.tsv` has one row per name: `name`, `kind` (given, family, or divine: what follows عبد), `sex`, and the
spellings in any script. `+` before a spelling marks a nickname, `~` one that mostly belongs to another name.
"""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from flows.matching.letters import words_of
from flows.matching.sounds import Symbols, distance, skeletons, symbols

#: an unlisted spelling this near to a listed name is read as that name
_NEAR = 0.3
_TIE = 0.06


@dataclass(frozen=True, slots=True)
class Listed:
    """Names (as row numbers) one spelling may stand for."""

    names: frozenset[int] = frozenset()
    nicknames: frozenset[int] = frozenset()
    seldom: frozenset[int] = frozenset()
    #: read by sound, not found as a spelling
    guessed: bool = False

    def __bool__(self) -> bool:
        return bool(self.names or self.nicknames or self.seldom)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Spelling keys -> names, and the names' sounds. One for people's names, one for what follows عبد."""

    spellings: Mapping[str, Listed] = field(repr=False)
    #: skeleton -> (row, sounds of an Arabic spelling)
    by_skeleton: Mapping[str, tuple[tuple[int, Symbols], ...]] = field(repr=False)
    #: row -> skeletons of the name itself
    skeletons: Mapping[int, frozenset[str]] = field(repr=False)
    #: row -> sounds of the Arabic spellings
    sounds: Mapping[int, tuple[Symbols, ...]] = field(repr=False)
    #: spellings of several words, joined
    joined: frozenset[str] = field(repr=False)

    def find(self, key: str) -> Listed:
        """The names this very spelling is listed for."""
        return self.spellings.get(key, _NOTHING)

    def guess(self, lines: Sequence[Symbols], shapes: frozenset[str]) -> Listed:
        """The nearest names by sound, when one is near enough."""
        near: dict[int, float] = {}
        for shape in shapes if len(lines[0]) > 1 else ():
            for row, sounds in self.by_skeleton.get(shape, ()):
                found = min(distance(line, sounds, _NEAR + _TIE) for line in lines)
                if found <= _NEAR:
                    near[row] = min(found, near.get(row, found))
        if not near:
            return _NOTHING
        best = min(near.values())
        return Listed(frozenset(row for row, found in near.items() if found <= best + _TIE), guessed=True)


_NOTHING = Listed()


@cache
def people() -> Dictionary:
    """Given and family names."""
    return _read(("given", "family"))


@cache
def divine() -> Dictionary:
    """The names of God, and the few others, that make a name with عبد."""
    return _read(("divine",))


def _read(kinds: tuple[str, ...]) -> Dictionary:
    return build(row for row in rows() if row.kind in kinds)


@dataclass(frozen=True, slots=True)
class Row:
    """One name of the file; `number` is its row."""

    number: int
    name: str
    kind: str
    #: without their marks, by "names", "nicknames" and "seldom"
    spellings: Mapping[str, tuple[str, ...]]


def rows() -> Iterator[Row]:
    """The file, row by row."""
    with files("flows").joinpath("data/name_variants.tsv").open(encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)):
            sorts: dict[str, list[str]] = {"names": [row["name"]], "nicknames": [], "seldom": []}
            for spelling in filter(None, row["spellings"].split(", ")):
                sorts[_MARKS.get(spelling[0], "names")].append(spelling.lstrip("+~"))
            yield Row(number, row["name"], row["kind"], {sort: tuple(found) for sort, found in sorts.items()})


_MARKS = {"+": "nicknames", "~": "seldom"}


def build(names: Iterable[Row]) -> Dictionary:
    """The dictionary of these rows."""
    spellings: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    by_skeleton: dict[str, list[tuple[int, Symbols]]] = defaultdict(list)
    shapes: dict[int, frozenset[str]] = defaultdict(frozenset)
    sounds: dict[int, tuple[Symbols, ...]] = defaultdict(tuple)
    joined: set[str] = set()
    for row in names:
        for sort, listed in row.spellings.items():
            for spelling in listed:
                keys = _keys(spelling)
                joined.update(keys if " " in spelling else ())
                for key in keys:
                    spellings[key][sort].add(row.number)
        for line, shape in itertools.chain.from_iterable(map(_sounds, row.spellings["names"])):
            shapes[row.number] |= shape
            sounds[row.number] += (line,)
            for reading in shape:
                by_skeleton[reading].append((row.number, line))
    return Dictionary(
        {
            key: Listed(frozenset(sorts["names"]), frozenset(sorts["nicknames"]), frozenset(sorts["seldom"]))
            for key, sorts in spellings.items()
        },
        {shape: tuple(dict.fromkeys(entries)) for shape, entries in by_skeleton.items()},
        dict(shapes),
        dict(sounds),
        frozenset(joined),
    )


def _keys(spelling: str) -> set[str]:
    """The spelling's key; with the marks of ş, ç and ğ and, as phones in a hurry leave them out, without."""
    unmarked = spelling.translate(str.maketrans("şŞçÇğĞ", "sScCgG"))
    return {"".join(word.key for word in words_of(form)) for form in {spelling, unmarked}}


def _sounds(spelling: str) -> list[tuple[Symbols, frozenset[str]]]:
    words = words_of(spelling)
    if len(words) != 1 or words[0].script != "Arab":
        return []
    line = symbols(words[0].plain, "Arab")
    return [(line, skeletons(line))]
