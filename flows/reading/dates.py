"""Simple dates: a year, a month, a day or a season, "about" them, and the beginning or end of a year. No guesses beyond."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias

from babel import Locale

from flows.reading.words import fold, tidy

#: Month names beside CLDR's: Arabic as written in Syria and as written elsewhere, without hamza or article.
_MORE_MONTHS: Mapping[str, int] = {
    **{fold(name): month for month, names in {
        1: "كانون الثاني|كانون التاني|كانون 2|يناير|جانفي", 2: "شباط|فبراير", 3: "آذار|مارس", 4: "نيسان|أبريل|إبريل",
        5: "أيار|مايو", 6: "حزيران|يونيو", 7: "تموز|يوليو", 8: "آب|أغسطس", 9: "أيلول|سبتمبر",
        10: "تشرين الأول|تشرين اول|تشرين 1|أكتوبر", 11: "تشرين الثاني|تشرين التاني|تشرين 2|نوفمبر",
        12: "كانون الأول|كانون اول|كانون 1|ديسمبر",
    }.items() for name in names.split("|")},
}  # fmt: skip
_SEASONS: Mapping[str, int] = {
    fold(word): season
    for season, words in {
        21: "spring|ربيع|الربيع|bihar|ilkbahar|frühling|printemps",
        22: "summer|صيف|الصيف|havîn|havîna|yaz|yazı|sommer|été",
        23: "autumn|fall|خريف|الخريف|payîz|payîza|sonbahar|herbst|automne",
        24: "winter|شتاء|الشتاء|شتا|zivistan|zivistana|kış|kışı|hiver",
    }.items()
    for word in words.split("|")
}
#: first and last month of each season; winter of a year is read as its beginning and its end
_SEASON_MONTHS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (1, 12)}
_ABOUT = re.compile(
    r"^(about|around|circa|approximately|حوالي|تقريبا|بحدود|نحو|قرابه|nezîki|nezikî|nezika|yaklasik|etwa|ungefahr|vers|environ) "
)
_PARTS = re.compile(
    r"(?P<early>beginning of|early|اوائل|بدايه|مطلع)|(?P<middle>middle of|mid|منتصف|اواسط|نص)|(?P<late>end of|late|اواخر|نهايه|اخر)"
)
_PART_MONTHS = {"early": (1, 4), "middle": (5, 8), "late": (9, 12)}
_FILLER = re.compile(r"\b(سنه|عام|شهر|في|year|sal|sala|yili|jahr)\b")
_OLDEST = 1900


def read(words: str, _: str, moment: datetime) -> Mapping[str, Any] | None:
    """`{"type": "date"}` with EDTF and inclusive bounds, never later than today; None when not plainly a date.

    Numbers are read day/month/year, or year-month-day when the first has four digits.
    """
    found = _span(words) or _exact(words)
    if found is None:
        return None
    edtf, earliest, latest = found
    if earliest.year < _OLDEST or earliest > moment.date():
        return None
    return {"type": "date", "edtf": edtf, "earliest": earliest.isoformat(), "latest": latest.isoformat()}


_Found: TypeAlias = tuple[str, date, date]


def _exact(words: str) -> _Found | None:
    """A year, month or day, with `~` when the family says "about"."""
    plain = fold(words)
    about = _ABOUT.match(plain)
    found = _parts(plain[about.end() :] if about else words)
    if found is None:
        return None
    year, month, day = found
    try:
        earliest = date(year, month or 1, day or 1)
        latest = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        return None
    edtf = "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])
    return f"{edtf}~" if about else edtf, earliest, latest


def _span(words: str) -> _Found | None:
    """A season of a year, or its beginning, middle or end."""
    plain = " ".join(_FILLER.sub(" ", fold(words)).split())
    match = re.fullmatch(r"(?:the )?(.+?) (\d{4})", plain) or re.fullmatch(r"(\d{4}) (.+)", plain)
    if match is None:
        return None
    year, word = (int(match[2]), match[1]) if match[2].isdecimal() else (int(match[1]), match[2])
    if word in _SEASONS and year:
        season = _SEASONS[word]
        return f"{year}-{season}", *_months_of(year, *_SEASON_MONTHS[season])
    part = _PARTS.fullmatch(word) or _PARTS.fullmatch(f"{word} of")
    if part is None or part.lastgroup is None or not year:
        return None
    first, last = _PART_MONTHS[part.lastgroup]
    return f"{year}-{first:02}~/{year}-{last:02}~", *_months_of(year, first, last)


def _months_of(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def read_birth(words: str, language: str, moment: datetime) -> Mapping[str, Any] | None:
    """A date as `read` finds it, or an age in years when a number up to 120 stands alone (`{"type": "age"}`)."""
    plain = re.sub(r"\b(سنه|years? old|years?|sali|yasinda|jahre)\b", "", fold(words)).strip()
    if re.fullmatch(r"\d{1,3}", plain) and int(plain) <= 120:
        return {"type": "age", "years": int(plain)}
    return read(words, language, moment)


def _parts(words: str) -> tuple[int, int | None, int | None] | None:
    """(year, month, day) as typed; month and day None where not given."""
    numbers = [int(number) for number in re.findall(r"\d+", tidy(words)) if len(number) <= 4]
    plain = " ".join(_FILLER.sub(" ", fold(words)).split())
    if re.fullmatch(r"\d{4}", plain):
        return int(plain), None, None
    if re.fullmatch(r"\d{1,2} \d{1,2} \d{4}", plain):
        return numbers[2], numbers[1], numbers[0]
    if re.fullmatch(r"\d{4} \d{1,2} \d{1,2}", plain):
        return numbers[0], numbers[1], numbers[2]
    if re.fullmatch(r"\d{1,2} \d{4}", plain):
        return numbers[1], numbers[0], None
    if re.fullmatch(r"\d{4} \d{1,2}", plain):
        return numbers[0], numbers[1], None
    return _with_named_month(plain)


def _with_named_month(plain: str) -> tuple[int, int | None, int | None] | None:
    match = re.fullmatch(r"(?:(\d{1,2}) )?(.+?) (\d{4})", plain)
    if match is None:
        return None
    month = _months().get(match[2])
    if month is None:
        return None
    return int(match[3]), month, int(match[1]) if match[1] else None


@cache
def _months() -> Mapping[str, int]:
    months = dict(_MORE_MONTHS)
    for language in ("ar", "ar_SY", "ku", "tr", "en", "de", "fr"):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = Locale.parse(language).months[context][width]
                months.update({fold(name): number for number, name in names.items() if not fold(name).isdecimal()})
    return months
