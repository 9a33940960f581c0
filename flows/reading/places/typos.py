"""Names a few slips away from what was typed. Looks only at names of about the same length and beginning (or end)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.reading.places.gazetteer import gazetteer

#: shorter keys are never corrected: too many names are one letter apart
SHORTEST = 4
LONGEST = 32


def near(key: str) -> Sequence[tuple[int, str]]:
    """(slips, name's loose key) of names near a loose key, nearest first; empty for very short and very long keys."""
    if not SHORTEST <= len(key) <= LONGEST:
        return ()
    slips = allowed(key)
    return _among(key, _first(), key[0], slips) or _among(key, _last(), key[-2:], slips)


def allowed(key: str) -> int:
    """How many slips of the hand a key of this length is forgiven."""
    return 1 if len(key) < 7 else 2


def _among(key: str, shelves: Mapping[tuple[str, int], Sequence[str]], letter: str, slips: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for length in range(len(key) - slips, len(key) + slips + 1):
        names = shelves.get((letter, length), ())
        hits = process.extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=12)
        found += [(int(distance), name) for name, distance, _ in hits]
    return sorted(found)


@cache
def _first() -> Mapping[tuple[str, int], Sequence[str]]:
    return _shelves((name[0], name) for name in _names())


@cache
def _last() -> Mapping[tuple[str, int], Sequence[str]]:
    return _shelves((name[-2:], name) for name in _names())


def _names() -> list[str]:
    return [name for name in gazetteer().loose if len(name) >= SHORTEST and ":" not in name]


def _shelves(named: Iterable[tuple[str, str]]) -> Mapping[tuple[str, int], Sequence[str]]:
    shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
    for letters, name in named:
        shelves[letters, len(name)].append(name)
    return dict(shelves)
