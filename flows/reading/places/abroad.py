"""Places outside Syria: countries and large cities by CLDR's names in our languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global

from flows.reading.places.gazetteer import LANGUAGES
from flows.reading.places.keys import parts, strict
from flows.reading.places.spans import NAME, forms

SYRIA = "SY"
#: names beside CLDR's
_MORE = {
    "TR": "turkey|تركيه|turkiya|tirkiye|tirkiya|turkia",
    "DE": "المانيه|almanya|almaniya|elmanya|elmaniya", "LB": "lebnan|libnan|lubnan",
    "GB": "بريطانيا|انكلترا|england|britain|angleterre", "US": "امريكا|اميركا|usa|america|amerika", "IQ": "3ira2|iraq|îraq",
    "AE": "الامارات|emirates", "SA": "السعوديه|saudi", "NL": "هولندا|holland", "CZ": "التشيك", "PS": "فلسطين|palestine|gaza|غزه",
    "GR": "اليونان|yewnanistan|yunan", "JO": "الاردن", "KW": "الكويت", "CY": "قبرص",
}  # fmt: skip
#: cities of one name in two countries: known, but in neither
_TWICE = frozenset({"Africa/Tripoli"})
_NEAR = ("Asia/", "Europe/", "Africa/")


@dataclass(frozen=True, slots=True)
class Abroad:
    """Words `start` to `end` name a country or one of its cities; no code where two countries have the city."""

    start: int
    end: int
    code: str | None


def country_name(code: str, language: str = "en") -> str:
    """A country's name (CLDR) by its ISO 3166-1 code."""
    return str(Locale(language).territories[code])


def country(words: Sequence[str], language: str) -> str | None:
    """The ISO 3166-1 code when folded words are a country's name, a preposition aside."""
    for form, _ in forms(words, language):
        if code := _countries().get(strict(form)):
            return code
    return None


def abroad(words: Sequence[str], language: str) -> Iterator[Abroad]:
    """Names of foreign countries and cities in folded words, the longest first at each word."""
    at = 0
    while at < len(words):
        found = _starting(words, at, language)
        if found:
            yield found
        at = found.end if found else at + 1


def _starting(words: Sequence[str], start: int, language: str) -> Abroad | None:
    for end in range(min(len(words), start + NAME), start, -1):
        for form, _ in forms(words[start:end], language):
            key = strict(form)
            code = _countries().get(key)
            if code and code != SYRIA:
                return Abroad(start, end, code)
            if key in _cities():
                return Abroad(start, end, _cities()[key])
    return None


@cache
def _countries() -> Mapping[str, str]:
    named = {
        strict(parts(name)): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    more = {strict(parts(name)): code for code, names in _MORE.items() for name in names.split("|")}
    return {key: code for key, code in {**named, **more}.items() if len(key) > 2}


@cache
def _cities() -> Mapping[str, str | None]:
    return dict(_exemplars())


def _exemplars() -> Iterator[tuple[str, str | None]]:
    """The cities time zones are named after."""
    for zone, code in get_global("zone_territories").items():
        if not zone.startswith(_NEAR) or code == SYRIA:
            continue
        for language in LANGUAGES:
            said = Locale(language).time_zones.get(zone, {}).get("city") or zone.split("/")[-1].replace("_", " ")
            if len(key := strict(parts(str(said)))) > 3:
                yield key, None if zone in _TWICE else code
