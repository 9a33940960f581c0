"""A structured value said in the family's language: "summer 2013 (June to August)", "آذار (3) 2013", "23 years"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.dates import get_timezone_location

_EXPRESSION = re.compile(r"(\d{3})X|(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_WORDS_FILE = Path(__file__).parent / "said.yml"
SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The few words a language needs around dates and ages (`said.yml`)."""

    seasons: tuple[str, str, str, str]
    season: str
    months: str
    approximate: str
    uncertain: str
    both: str
    before: str
    after: str
    span: str
    decade: str
    #: CLDR's plural category -> what is said of so many years
    age: Mapping[str, str]
    fitr: str
    adha: str
    #: Babel's name of the language: Syria's own month names in Arabic
    locale: str
    #: whether a month's number is said too
    numbered: bool = False


@cache
def said() -> Mapping[str, Words]:
    """Each language's words. Read once."""
    blocks = yaml.safe_load(_WORDS_FILE.read_text(encoding="utf-8"))
    return {language: Words(**{**block, "seasons": tuple(block["seasons"])}) for language, block in blocks.items()}


def _words(language: str) -> Words:
    return said().get(language) or said()[SOURCE]


def locale_of(language: str) -> str:
    """Babel's name of a language; English's for one that says nothing here."""
    return _words(language).locale


def shown(value: Mapping[str, Any], language: str) -> str:
    """A value of the report's schema in words of a language; Western digits. "" for a type that is not said here."""
    match value["type"]:
        case "date":
            return _date(value, language)
        case "age":
            return age(int(value["years"]), language)
        case "number":
            return _number(value["number"])
        case "phone":
            return phone(str(value["e164"]))
        case "place":
            return _place(value, language)
        case "choice":
            return str(value["label"])
        case "clock":
            return city_of(str(value["zone"]), language)
        case _:
            return ""


def age(years: int, language: str) -> str:
    """A number of years, in the plural that the language gives it."""
    words = _words(language)
    form = words.age.get(Locale.parse(words.locale).plural_form(years)) or words.age["other"]
    return form.format(n=years)


def city_of(zone: str, language: str) -> str:
    """The city an IANA zone is named after, as CLDR has it."""
    return str(get_timezone_location(zone, locale=_words(language).locale, return_city=True))


def phone(e164: str) -> str:
    """Only the last three digits: enough to know it again, too little to read over a shoulder."""
    return f"\u2066…{e164[-3:]}\u2069"


def feast_name(kind: str, language: str) -> str:
    """`fitr` or `adha` in a language."""
    words = _words(language)
    return words.fitr if kind == "fitr" else words.adha


def _place(value: Mapping[str, Any], language: str) -> str:
    """A place's name in the language and where it lies; both ends of a way; the words themselves where no place is known."""
    from flows.reading.places.abroad import country_name
    from flows.reading.places.gazetteer import gazetteer
    from flows.reading.places.labels import plain_label

    if value.get("kind") == "route":
        ends = [value[end]["name"] or "" for end in ("from", "to")]
        return " – ".join(end for end in ends if end)
    code = value["code"]
    if code in gazetteer().rows:
        return plain_label(gazetteer().place(code), language)
    return country_name(code, language) if code else str(value["text"])


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _date(value: Mapping[str, Any], language: str) -> str:
    words = _words(language)
    edtf = str(value["edtf"])
    mark = edtf[-1] if edtf[-1] in "~?%" else edtf.split("/")[0][-1]
    plain = re.sub("[~?%]", "", edtf)
    said = _stretch(plain, value, language)
    frame = {"~": words.approximate, "?": words.uncertain, "%": words.both}.get(mark)
    return frame.format(date=said) if frame else said


def _stretch(plain: str, value: Mapping[str, Any], language: str) -> str:
    words = _words(language)
    first, slash, last = plain.partition("/")
    if not slash or first == last:
        return _expression(first, value, language)
    if first == "..":
        return words.before.format(date=_expression(last, {}, language))
    if last == "..":
        return words.after.format(date=_expression(first, {}, language))
    return words.span.format(a=_expression(first, {}, language), b=_expression(last, {}, language))


def _expression(plain: str, value: Mapping[str, Any], language: str) -> str:
    words = _words(language)
    match = _EXPRESSION.fullmatch(plain)
    if match is None:
        return plain
    if match[1]:
        return words.decade.format(a=f"{match[1]}0", b=f"{match[1]}9")
    year, month, day = int(match[2]), int(match[3] or 0), int(match[4] or 0)
    if month > 12:
        return _season(year, month, value, language)
    if day:
        return _day(date(year, month, day), language)
    return _month(date(year, month, 1), language) if month else f"{year}"


def _season(year: int, season: int, value: Mapping[str, Any], language: str) -> str:
    """A season with its months; winter over the turn of the year names both years."""
    words = _words(language)
    winter_of_two = str(value.get("earliest", "")).endswith("-12-01") if value else False
    label = f"{year}-{year + 1}" if season == 24 and winter_of_two else f"{year}"
    said = words.season.format(season=words.seasons[season - 21], year=label)
    if season == 24 and not winter_of_two:
        return said
    first = 12 if season == 24 else 3 * (season - 20)
    last = (first + 1) % 12 + 1
    return f"{said} ({words.months.format(a=_month_name(first, language), b=_month_name(last, language))})"


def _month_name(month: int, language: str) -> str:
    from babel.dates import get_month_names  # Babel's dates are slow to import, and few conversations get here at once

    name = get_month_names("wide", context="stand-alone", locale=_words(language).locale)[month]
    return f"{name} ({month})" if _words(language).numbered else name


def _month(of: date, language: str) -> str:
    """A month and its year. Arabic and Kurmanji say its number too: names differ from region to region."""
    if _words(language).numbered:
        return f"{_month_name(of.month, language)} {of.year}"
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", of, locale=_words(language).locale)


def _day(of: date, language: str) -> str:
    if _words(language).numbered:
        return f"{of.day} {_month_name(of.month, language)} {of.year}"
    from babel.dates import format_date

    return format_date(of, "long", locale=_words(language).locale)
