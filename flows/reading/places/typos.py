"""Names a few slips away from what was typed. Looks only at names of about the same length and beginning (or end)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.reading.places.gazetteer import gazetteer

#: shorter keys are never corrected: too many names are one letter apart
SHORTEST = 4
LONGEST = 32


def near(key: str, site: str = "") -> Sequence[tuple[int, str]]:
    """(slips, name's loose key) of names near a loose key, nearest first; empty for very short and very long keys.

    With a sort of site (`prison`) only names of such sites are looked at.
    """
    if not SHORTEST <= len(key) <= LONGEST:
        return ()
    slips, space = allowed(key), f"{site}:" if site else ""
    first, last = _shelves()
    return _among(space, key, first, key[0], slips) or _among(space, key, last, key[-2:], slips)


def allowed(key: str) -> int:
    """How many slips of the hand a key of this length is forgiven."""
    return 1 if len(key) < 7 else 2


#: (prefix of a sort of site or nothing, letters, length) -> names without that prefix
_Shelves: TypeAlias = Mapping[tuple[str, str, int], Sequence[str]]


def _among(space: str, key: str, shelves: _Shelves, letters: str, slips: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for length in range(len(key) - slips, len(key) + slips + 1):
        names = shelves.get((space, letters, length), ())
        hits = process.extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=12)
        found += [(int(distance), space + name) for name, distance, _ in hits]
    return sorted(found)


@cache
def _shelves() -> tuple[_Shelves, _Shelves]:
    """Loose keys by their first letter and length, and by their last two and length."""
    first: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    last: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for key in gazetteer().loose:
        before, colon, name = key.rpartition(":")
        if len(name) >= SHORTEST:
            first[before + colon, name[0], len(name)].append(name)
            last[before + colon, name[-2:], len(name)].append(name)
    return dict(first), dict(last)
