"""Telephone numbers in a message: E.164 and the words as typed. A number without its country is tried in several and asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.reading import asks
from flows.reading.readings import Ambiguous, NotUnderstood, Option, Reading, Understood
from flows.reading.words import tidy

#: countries whose national numbers are recognised, the likeliest first: where Syrian families live
REGIONS = ("SY", "TR", "LB", "JO", "IQ", "DE", "EG", "SE", "NL", "AT", "FR")
#: tried first; the others only where none of these makes a number of it
_FIRST = 6
#: a number stands near the beginning, or it is told in a story
MOST_LETTERS = 300


def read(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "phone", "e164", "region", "text"}`; which country or which number, where the words leave it open."""
    text = tidy(words[:MOST_LETTERS])
    if sum(letter.isdecimal() for letter in text) < _SHORTEST:
        return NotUnderstood()
    for regions in (REGIONS[:_FIRST], REGIONS[_FIRST:]):
        numbers = _apart(_found(text, regions))
        if len(numbers) > 1:
            options = tuple(_option(number[0], words, _ending(number[0])) for number in numbers[:5])
            return Ambiguous(asks.WHICH_NUMBER, options, "phone:several")
        if numbers and len(numbers[0]) > 1:
            options = tuple(_option(one, words, _country(one.region, language)) for one in numbers[0][:5])
            return Ambiguous(asks.WHICH_COUNTRY, options, "phone:country")
        if numbers:
            only = numbers[0][0]
            return Understood(_value(only, words), text[only.start] == "+", f"phone:{only.region}")
    return NotUnderstood()


#: fewer digits are no number that can be called from abroad
_SHORTEST = 6
#: pieces of text that are tried to be a number before giving up
_TRIES = 10


@dataclass(frozen=True, slots=True)
class _Match:
    """A stretch of the text that is a valid number of a country."""

    start: int
    end: int
    e164: str = field(repr=False)
    region: str


def _found(text: str, regions: Iterable[str]) -> list[_Match]:
    """Every valid number, once per country that it may belong to."""
    import phonenumbers  # its metadata take a moment, and few questions ask for a number

    found: dict[tuple[int, str], _Match] = {}
    for region in regions:
        for match in phonenumbers.PhoneNumberMatcher(text, region, max_tries=_TRIES):
            e164 = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            home = phonenumbers.region_code_for_number(match.number) or region
            found.setdefault((match.start, e164), _Match(match.start, match.end, e164, home))
    return list(found.values())


def _apart(found: Sequence[_Match]) -> list[list[_Match]]:
    """Matches of one stretch together, the longest ones of it; what one country reads as half a number is none."""
    stretches: list[list[_Match]] = []
    for match in sorted(found, key=lambda one: one.start):
        if stretches and match.start < max(one.end for one in stretches[-1]):
            stretches[-1].append(match)
        else:
            stretches.append([match])
    longest = [max(one.end - one.start for one in stretch) for stretch in stretches]
    return [
        [one for one in found if one in stretch and one.end - one.start == length]
        for stretch, length in zip(stretches, longest, strict=True)
    ]


def _value(number: _Match, words: str) -> dict[str, Any]:
    return {"type": "phone", "e164": number.e164, "region": number.region, "text": words}


def _option(number: _Match, words: str, label: str) -> Option:
    return Option(f"{number.region}{number.start}", label, _value(number, words))


def _ending(number: _Match) -> str:
    from flows.reading.display import phone

    return phone(number.e164)


def _country(region: str, language: str) -> str:
    from babel import Locale

    from flows.reading.display import locale_of

    return str(Locale.parse(locale_of(language)).territories.get(region, region))
