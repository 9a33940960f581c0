"""What a family's words mean as a place, whichever way it was found: Syria's places, the world's countries, a way between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.reading.places.abroad import Abroad, abroad, country_name
from flows.reading.places.choose import MOST, Found, choose, endpoints
from flows.reading.places.gazetteer import Place
from flows.reading.places.keys import chat_spellings, parts
from flows.reading.places.lexicon import BETWEEN, FROM, NO_ANSWER, SEA, TO, WAY
from flows.reading.places.spans import WORDS, Spotted, roles_of, spot


@dataclass(frozen=True, slots=True)
class Spot:
    """A place or country in the words of the report's schema; no code where it is known to be none of ours."""

    code: str | None
    name: str | None
    kind: str
    admin1: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one place to another."""

    start: Spot
    end: Spot


@dataclass(frozen=True, slots=True)
class Meaning:
    """Places the words may mean, best first; none when they name none."""

    spots: tuple[Spot, ...] = field(default=())
    ask: str = ""
    sure: bool = True
    rule: str = ""
    route: Route | None = None


def meaning(text: str, language: str) -> Meaning:
    """What the words mean as a place."""
    words = parts(text, language)[:WORDS]
    if not words or " ".join(words) in NO_ANSWER:
        return Meaning()
    found = _meaning(words, language)
    for spelling in chat_spellings(words):
        other = _meaning(spelling, language)
        if other.spots and (not found.spots or (other.sure and not found.sure)):
            found = other
    return found


def _meaning(words: Sequence[str], language: str) -> Meaning:
    spotted, foreign = spot(words, language), list(abroad(words, language))
    if route := _route(spotted, foreign):
        return Meaning((route.start, route.end), sure=False, rule="way", route=route)
    if foreign and not _rest(spotted, foreign):
        return _foreign(words, foreign, choose(spotted))
    found = choose(spotted)
    if found is None and foreign:
        return Meaning((_abroad(foreign[-1]),), sure=False, rule="country among words")
    if found is None:
        return Meaning()
    return Meaning(tuple(map(_spot, found.places)), found.ask, found.sure, found.rule)


def _rest(spotted: Spotted, foreign: Sequence[Abroad]) -> list[int]:
    """Positions of words that say more than the country."""
    named = {at for span in foreign for at in range(span.start, span.end)}
    return [at for at, word in enumerate(spotted.words) if at not in named and not roles_of(word)]


def _foreign(words: Sequence[str], foreign: Sequence[Abroad], found: Found | None) -> Meaning:
    """A country's name alone; where a known site is called the same (`فلسطين`), the family is asked."""
    last = _abroad(foreign[-1])
    sites = [place for place in found.places if place.kind == "facility"] if found else []
    if sites and len(words) > 1:
        return Meaning(tuple(map(_spot, sites)), sure=False, rule="site named like a country")
    if sites:
        return Meaning((*map(_spot, sites[: MOST - 1]), last), "place", sure=False, rule="site or country")
    return Meaning((last,), rule="country")


def _route(spotted: Spotted, foreign: Sequence[Abroad]) -> Route | None:
    """Two places, and a word that says there is a way between them."""
    said = frozenset().union(*map(roles_of, spotted.words)) if spotted.words else frozenset()
    if not (BETWEEN in said or WAY in said or {FROM, TO} <= said or (SEA in said and len(foreign) == 2)):
        return None
    taken = {at for span in foreign for at in range(span.start, span.end)}
    ends = [(span.start, _abroad(span)) for span in foreign if span.code]
    ends += [(start, _spot(place)) for start, place in endpoints(spotted) if start not in taken]
    ends.sort(key=lambda end: end[0])
    return Route(ends[0][1], ends[1][1]) if len(ends) == 2 else None


def _abroad(span: Abroad) -> Spot:
    return Spot(span.code, country_name(span.code) if span.code else None, "country" if span.code else "unknown")


def _spot(place: Place) -> Spot:
    return Spot(place.code, place.name("en"), place.kind, place.admin1 or None)
