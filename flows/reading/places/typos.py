"""Names a few slips away from what was typed. Looks only at names of about the same length and beginning (or end)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

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
    return _among(key, _shelves(space, last=False), key[0], slips, space) or _among(
        key, _shelves(space, last=True), key[-2:], slips, space
    )


def allowed(key: str) -> int:
    """How many slips of the hand a key of this length is forgiven."""
    return 1 if len(key) < 7 else 2


def _among(
    key: str, shelves: Mapping[tuple[str, int], Sequence[str]], letter: str, slips: int, space: str
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for length in range(len(key) - slips, len(key) + slips + 1):
        names = shelves.get((letter, length), ())
        hits = process.extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=12)
        found += [(int(distance), space + name) for name, distance, _ in hits]
    return sorted(found)


@cache
def _shelves(space: str, *, last: bool) -> Mapping[tuple[str, int], Sequence[str]]:
    """Loose keys by their first letter (or last two) and length; those of sites without their prefix are kept with it."""
    shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
    for key in gazetteer().loose:
        before, colon, name = key.rpartition(":")
        if before + colon == space and len(name) >= SHORTEST:
            shelves[name[-2:] if last else name[0], len(name)].append(name)
    return dict(shelves)
