"""Plain dates: a year, a month and a year, or a full date, in the digits of any script. Anything else is not guessed at."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

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
_FILLER = re.compile(r"\b(سنه|عام|شهر|في|of|year|sal|sala|yili|jahr)\b")
_OLDEST = 1900


def read(words: str, _: str, moment: datetime) -> Mapping[str, Any] | None:
    """`{"type": "date"}` with EDTF and inclusive bounds, never later than today; None when not plainly a date.

    Numbers are read day/month/year, or year-month-day when the first has four digits.
    """
    found = _parts(words)
    if found is None:
        return None
    year, month, day = found
    try:
        earliest = date(year, month or 1, day or 1)
        latest = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        return None
    if year < _OLDEST or earliest > moment.date():
        return None
    edtf = "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])
    return {"type": "date", "edtf": edtf, "earliest": earliest.isoformat(), "latest": latest.isoformat()}


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
