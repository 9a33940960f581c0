"""Where something happened: a place in Syria, a known site, a country, a way between two places. The words are always kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flows.phrases import Phrase
from flows.reading import asks_places as asks
from flows.reading.places import typos
from flows.reading.places.abroad import country, country_name
from flows.reading.places.gazetteer import gazetteer
from flows.reading.places.governorates import NAMES
from flows.reading.places.keys import parts
from flows.reading.places.labels import labels
from flows.reading.places.meaning import Meaning, Spot, meaning
from flows.reading.readings import Ambiguous, Option, Reading, Understood

#: OCHA p-code -> English name
GOVERNORATES: Mapping[str, str] = {code: names["en"] for code, names in NAMES.items()}

_ASKS: Mapping[str, Phrase] = {
    "place": asks.WHICH_PLACE,
    "homonym": asks.WHICH_NAMESAKE,
    "city": asks.WHICH_CITY,
    "town or site": asks.TOWN_OR_SITE,
}


def read(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "place", text, code, name, kind, admin1, gazetteer}`, for a way between two places also `from` and `to`.

    Words that name no known place are kept without a code. An answer to "In which city?" comes as a further line; a
    question that was answered is not asked again.
    """
    first, *answers = words.split("\n")
    found = meaning(first, language)
    if answers:
        found = _with_answer(first, answers[-1], language)
    if found.ask:
        return Ambiguous(_ASKS[found.ask], _options(words, found, language), found.rule)
    return Understood(_value(words, found), found.sure, found.rule)


def read_country(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "place"}` with the ISO 3166-1 code when the words are a country's name in one of our languages."""
    code = country(parts(words, language), language)
    found = Meaning((Spot(code, country_name(code), "country"),)) if code else Meaning()
    return Understood(_value(words, found), found.sure, found.rule)


def candidates(words: str, language: str) -> list[str]:
    """Codes of the places a text may mean, at most five, best first; both ends of a way."""
    return [spot.code for spot in meaning(words, language).spots if spot.code][:5]


def warm() -> None:
    """Load everything a first answer would wait for (about 0.2 s)."""
    meaning("xxxxxxx", "en")
    typos.near("xxxxxxx")


def _with_answer(words: str, answer: str, language: str) -> Meaning:
    """What the words mean together with the answer, else what the answer means; never a second question."""
    for said in (f"{words} {answer}", answer):
        found = meaning(said, language)
        if found.spots and not found.ask:
            return Meaning(found.spots, sure=False, rule="answered")
    return Meaning()


def _options(words: str, found: Meaning, language: str) -> tuple[Option, ...]:
    shelf = gazetteer()
    known = [shelf.place(spot.code) for spot in found.spots if spot.code and spot.code in shelf.rows]
    said = dict(zip((place.code for place in known), labels(known, language), strict=True))
    return tuple(
        Option(spot.code, said.get(spot.code, spot.name or spot.code), _value(words, Meaning((spot,))))
        for spot in found.spots
        if spot.code
    )


def _value(words: str, found: Meaning) -> Mapping[str, Any]:
    spot = found.spots[0] if found.spots else Spot(None, None, "unknown")
    value: dict[str, Any] = {
        "type": "place",
        "text": " - ".join(line.strip() for line in words.split("\n")) if "\n" in words else words,
        "code": spot.code,
        "name": spot.name,
        "kind": spot.kind,
        "admin1": spot.admin1,
        "gazetteer": gazetteer().version,
    }
    if found.route:
        value |= {"code": None, "name": None, "kind": "route", "admin1": None}
        value |= {"from": _end(found.route.start), "to": _end(found.route.end)}
    return value


def _end(spot: Spot) -> Mapping[str, Any]:
    return {"code": spot.code, "name": spot.name}


__all__ = ["GOVERNORATES", "candidates", "read", "read_country", "warm"]
