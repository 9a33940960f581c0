"""Which records are worth comparing: two records that share one of these keys are candidates for the scorer."""

from __future__ import annotations

from collections.abc import Iterable

from flows.matching.keys import NameKey, Token
from flows.matching.records import RecordKey
from flows.matching.sounds import symbols
from flows.matching.variants import divine, people

#: a father's name and a birth year meet when the years are at most this far apart
YEARS_APART = 2


def blocking_keys(record: RecordKey, district: str | None = None) -> frozenset[str]:
    """Short opaque texts for an index; at most a few dozen.

    - `n:` the sounds of given and family name: of the first part with each other part, since the last may be left out;
    - `f:` the sounds of the father's given name with the birth year. A record holds the years up to two later, and its
      partner the years up to two later too, so births at most two years apart meet in at least one;
    - `m:` the sounds of the mother's given name with the district (admin2 p-code), when one is given.

    The sounds are coarse on purpose: the scorer refuses, blocking must not. A kunya alone has no keys.
    """
    found = {
        f"n:{first}:{other}"
        for tokens in record.name.writings
        for first in _shapes(tokens[0])
        for other in _others(tokens)
    }
    if record.birth is not None:
        years = range(record.birth[0], record.birth[0] + YEARS_APART + 1)
        found |= {f"f:{shape}:{year}" for shape in _given(record.father) for year in years}
    if district:
        found |= {f"m:{shape}:{district}" for shape in _given(record.mother)}
    return frozenset(found)


def _others(tokens: tuple[Token, ...]) -> Iterable[str]:
    others = {shape for token in tokens[1:] for shape in _shapes(token)}
    return others or {""}


def _given(name: NameKey) -> set[str]:
    return {shape for tokens in name.writings for shape in _shapes(tokens[0])}


def _shapes(token: Token) -> set[str]:
    """A listed name is held by the skeletons of the name itself, however it was spelled; any other by those of its spelling."""
    dictionary = divine() if token.head == "abd" else people()
    shapes: set[str] = set()
    for form in token.forms:
        names = form.listed.names | form.listed.nicknames | form.listed.seldom
        listed = {shape for name in names for shape in dictionary.skeletons.get(name, ())}
        shapes |= listed or form.shapes
    mark = "Abd" if token.head == "abd" else ""
    return {mark + (shape or _vowels(token)) for shape in shapes}


def _vowels(token: Token) -> str:
    """A name of weak letters alone (علي, يوي) has an empty skeleton: its key stands in."""
    form = token.forms[0]
    return "".join(symbol for symbol in symbols(form.key, form.script) if symbol in "وwuo")
