"""How plausible it is that two reports look for the same person: evidence field by field, each with its reason.

Evidence adds up in log-odds, with weights set by hand. What is missing counts nothing, for or against. Different given names
are never outweighed: brothers and twins share everything else. Suggestions for caseworkers only; nothing is merged by them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.matching.keys import NameKey, name_key
from flows.matching.letters import words_of
from flows.matching.score import PLAUSIBLE, key_score, token_score
from flows.matching.spans import Span, gap, is_vague, span

Finding = Literal["match", "near", "mismatch", "blank"]

#: two records picked at random are two people; a name alone must not bring them to 0.5
_PRIOR = -3.0
#: log-odds by field and finding
WEIGHTS: Mapping[str, Mapping[Finding, float]] = {
    "name": {"match": 2.4, "near": 1.6, "mismatch": -12.0},
    "father": {"match": 1.5, "near": 0.6, "mismatch": -6.5},
    "mother": {"match": 2.6, "near": 1.2, "mismatch": -4.5},
    "birth": {"match": 1.4, "near": 0.4, "mismatch": -3.0},
    "place": {"match": 1.2, "near": 0.6, "mismatch": -1.2},
    "date": {"match": 1.2, "near": 0.3, "mismatch": -1.5},
}
#: at most this without a name to link by
_NAMELESS = 0.3
_SURE_NAME = 0.8
_ONE_YEAR, _FEW_YEARS = 1, 3
_NEAR_DAYS, _FINE_DAYS = 92, 62


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says. `weight` in log-odds: above 0 for one person, below 0 for two."""

    field: str
    finding: Finding
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """`score` 0-1; 0.5 and above is worth a caseworker's look."""

    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RecordKey:
    """One record, ready to be compared; None for what is not known."""

    name: NameKey = field(repr=False)
    father: NameKey = field(repr=False)
    mother: NameKey = field(repr=False)
    #: (year, whether it is approximate)
    birth: tuple[int, bool] | None = field(repr=False)
    place_code: str | None = field(repr=False)
    place: frozenset[str] = field(repr=False)
    taken: Span | None = field(repr=False)
    taken_vaguely: bool = field(repr=False)


def record_key(record: Mapping[str, Any]) -> RecordKey:
    """The key of a record with the fields `name`, `father`, `mother`, `birth_year`, `place`, `place_code` and
    `date_of_disappearance` (EDTF), any of them missing or None. Without a father, the second of three parts of the name is."""
    name, father = name_key(_text(record, "name")), name_key(_text(record, "father"))
    if father.blank and len(name.tokens) > 2:
        father = NameKey((name.tokens[1:2],), None)
    taken = _text(record, "date_of_disappearance")
    return RecordKey(
        name,
        father,
        name_key(_text(record, "mother")),
        _birth(_text(record, "birth_year")),
        _text(record, "place_code") or None,
        frozenset(word.key for word in words_of(_text(record, "place"))),
        span(taken),
        is_vague(taken),
    )


def record_match(a: RecordKey, b: RecordKey) -> Match:
    """Compare two records; symmetric."""
    found = {
        "name": _names(a.name, b.name),
        "father": _relatives(a.father, b.father),
        "mother": _relatives(a.mother, b.mother),
        "birth": _births(a.birth, b.birth),
        "place": _places(a, b),
        "date": _dates(a, b),
    }
    reasons = tuple(
        Reason(field, finding, WEIGHTS[field].get(finding, 0.0) * share) for field, (finding, share) in found.items()
    )
    score = 1 / (1 + math.exp(-_PRIOR - math.fsum(reason.weight for reason in reasons)))
    return Match(min(score, _NAMELESS) if found["name"][0] == "blank" else score, reasons)


_Found = tuple[Finding, float]
_BLANK: _Found = ("blank", 0.0)


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value)


def _birth(text: str) -> tuple[int, bool] | None:
    match = re.match(r"\s*(\d{4})", text)
    return (int(match[1]), is_vague(text)) if match else None


def _names(a: NameKey, b: NameKey) -> _Found:
    if a.blank or b.blank:
        return _BLANK
    score = key_score(a, b)
    if score < PLAUSIBLE:
        return ("mismatch", 1.0)
    return ("match", 1.0) if score >= _SURE_NAME else ("near", 1.0)


def _relatives(a: NameKey, b: NameKey) -> _Found:
    """A father or mother: a family name only one side gives is no difference."""
    if a.blank or b.blank:
        return _BLANK
    score = max(
        min(token_score(p, q) for p, q in zip(x, y, strict=False)) if len(x) == 1 or len(y) == 1 else key_score(a, b)
        for x in a.writings
        for y in b.writings
    )
    if score >= _SURE_NAME:
        return ("match", 1.0)
    return ("near", 1.0) if score >= PLAUSIBLE else ("mismatch", 1.0)


def _births(a: tuple[int, bool] | None, b: tuple[int, bool] | None) -> _Found:
    if a is None or b is None:
        return _BLANK
    apart, vague = abs(a[0] - b[0]), a[1] or b[1]
    if apart == 0 or (vague and apart <= _ONE_YEAR):
        return ("match", 0.7 if vague else 1.0)
    if apart <= _ONE_YEAR or (vague and apart <= _FEW_YEARS):
        return ("near", 1.0)
    return ("mismatch", 0.5 if apart <= _FEW_YEARS else 1.0)


def _places(a: RecordKey, b: RecordKey) -> _Found:
    if a.place_code and b.place_code:
        if a.place_code == b.place_code:
            return ("match", 1.0)
        return ("near", 1.0) if a.place & b.place else ("mismatch", 1.0)
    if a.place and b.place and a.place & b.place:
        return ("near", 1.0)
    return _BLANK


def _dates(a: RecordKey, b: RecordKey) -> _Found:
    """Two dates that may be one day agree, the more the finer both are; neighbouring months may be."""
    if a.taken is None or b.taken is None:
        return _BLANK
    apart = gap(a.taken, b.taken)
    if apart == 0:
        fine = all((last - first).days <= _FINE_DAYS for first, last in (a.taken, b.taken))
        return ("match", 1.0 if fine else 0.5)
    if apart <= (_NEAR_DAYS * 2 if a.taken_vaguely or b.taken_vaguely else _NEAR_DAYS):
        return ("near", 1.0)
    return ("mismatch", 1.0)
