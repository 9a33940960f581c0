"""Whole and decimal numbers, in the digits of any script or in words of six languages, duals included; and ages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from flows.reading import asks, calendars, dates
from flows.reading.counting import Number
from flows.reading.lexicon import LANGUAGES, lexicon
from flows.reading.marks import Mark, marks
from flows.reading.readings import Ambiguous, NotUnderstood, Option, Reading, Understood
from flows.reading.tongues import guess
from flows.reading.words import fold, tidy

#: longer messages are no number
MOST_LETTERS = 100
OLDEST = 120
_INTEGER = re.compile(r"[+-]?\d{1,15}")
_DECIMAL = re.compile(r"[+-]?\d{1,15}(?:[.,٫]\d{1,9})?")
_AGE = re.compile(r"\d{1,3}")
#: marks that may stand around a number without making it another
_AROUND = frozenset({"skip", "comma", "age", "unit", "approx", "unsure", "born", "this"})


def read_integer(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "number"}` for a whole number that stands alone, in digits or in words."""
    plain = tidy(words[: MOST_LETTERS + 1])
    if _INTEGER.fullmatch(plain):
        return _number(int(plain), True, "digits")
    value = _said(words, language)
    return NotUnderstood() if value is None or value != int(value) else _number(int(value), False, "words")


def read_decimal(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "number"}` for a number standing alone; comma, point and the Arabic decimal sign are the same."""
    plain = tidy(words[: MOST_LETTERS + 1])
    if _DECIMAL.fullmatch(plain):
        number = float(plain.replace(",", ".").replace("٫", "."))
        return _number(int(number) if number == int(number) else number, True, "digits")
    value = _said(words, language)
    return NotUnderstood() if value is None else _number(value, False, "words")


def read_age(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "age"}` in whole years up to 120: "24", "٢٤ سنة", "twenty-four", "شهرين" (none yet); two ages are asked."""
    plain = tidy(words[: MOST_LETTERS + 1])
    if _AGE.fullmatch(plain):
        return _age(int(plain), True, "digits")
    for code in _tried(words, language):
        ages = _ages(marks(words, lexicon(code)))
        if ages is None:
            continue
        found, exact = ages
        if len(found) == 1:
            return _age(found[0], exact and code == language, "words")
        options = tuple(Option(f"age{years}", str(years), _years(years)) for years in found[:5])
        return (
            Ambiguous(asks.WHICH_AGE, options, "ages") if all(years <= OLDEST for years in found) else NotUnderstood()
        )
    return NotUnderstood()


def read_birth(words: str, language: str, moment: datetime) -> Reading:
    """A birth as families know it: an age, a date, or an age in some year, which leaves two years of birth."""
    if len(words) <= MOST_LETTERS and _AGE.fullmatch(tidy(words)):
        return read_age(words, language, moment)
    if (aged := _aged_in_a_year(words, language, moment)) is not None:
        return aged
    found = dates.read(words, language, moment)
    return found if not isinstance(found, NotUnderstood) else read_age(words, language, moment)


def _aged_in_a_year(words: str, language: str, moment: datetime) -> Reading | None:
    """ "He was 17 in 2013": born in 1995 or 1996. None when an age and a year are not both said."""
    if len(words) > MOST_LETTERS:
        return None
    for code in _tried(words, language):
        found = marks(words, lexicon(code))
        ages = [years for years in _beside_age(found) if years <= OLDEST]
        if len(ages) != 1:
            continue
        when = dates.read(words, code, moment)
        if isinstance(when, NotUnderstood):
            return None
        if not isinstance(when, Understood) or not when.value["earliest"] or not when.value["latest"]:
            return NotUnderstood()
        first, last = (date.fromisoformat(when.value[end]).year - ages[0] for end in ("earliest", "latest"))
        born = calendars.joined(calendars.year(first - 1), calendars.year(last))
        return Understood(born.value(), False, "age-in-year")
    return None


def _beside_age(found: Sequence[Mark]) -> list[int]:
    """Numbers that an age word stands beside, with or without "years" between."""
    ages = []
    plain = [mark for mark in found if mark.kind not in ("skip", "unit", "approx", "unsure")]
    for at, mark in enumerate(plain):
        near = [plain[where] for where in (at - 1, at + 1) if 0 <= where < len(plain)]
        if mark.kind == "number" and mark.value.value <= OLDEST and any(one.kind == "age" for one in near):
            ages.append(int(mark.value.value))
    return ages


def _ages(found: Sequence[Mark]) -> tuple[list[int], bool] | None:
    """(ages, whether nothing weakens them), or None when the marks say more than an age."""
    joins = ("or", "and", "to", "dash", "between")
    kinds = {mark.kind for mark in found}
    numeric = [mark for mark in found if mark.kind == "numeric"]
    numbers = [mark.value for mark in found if mark.kind == "number"]
    numbers += [number for mark in numeric for number in mark.value[0]]
    allowed = {*_AROUND, *joins, "number", "numeric", "dual", "onetime", "plushalf"}
    if not kinds <= allowed or any(mark.value[1] != "-" for mark in numeric):
        return None
    units = [mark.value for mark in found if mark.kind in ("unit", "dual", "onetime")]
    duals = [2 if mark.kind == "dual" else 1 for mark in found if mark.kind in ("dual", "onetime")]
    values = sorted({int(number.value) for number in numbers} | set(duals))
    if not values or (len(units) > 1 and len(set(units)) > 1):
        return None
    if len(values) == 2 and values[1] - values[0] < 5 and not kinds.isdisjoint((*joins, "numeric")):
        values = list(range(values[0], values[1] + 1))
    elif len(values) > 1:
        return None
    exact = not kinds & {"approx", "unsure", "plushalf", "or"}
    if units and units[0] != "y":
        return [values[-1] // 12 if units[0] == "m" else 0], False
    return values, exact


def _said(words: str, language: str) -> float | None:
    """The one number of a short message whose other words say nothing against it."""
    for code in _tried(words, language):
        found = marks(words, lexicon(code))
        numbers: list[Number] = [mark.value for mark in found if mark.kind == "number"]
        numbers += [Number(2) for mark in found if mark.kind == "dual"]
        others = [mark for mark in found if mark.kind not in (*_AROUND, "number", "dual", "word", "plushalf")]
        unread = sum(mark.kind == "word" for mark in found)
        if len(numbers) == 1 and not others and unread <= 2:
            half = 0.5 if any(mark.kind == "plushalf" for mark in found) else 0
            return numbers[0].value + half
    return None


def _tried(words: str, language: str) -> list[str]:
    if not words or len(words) > MOST_LETTERS:
        return []
    likely = [code for code in guess(words) if code in LANGUAGES][:2]
    others = likely if likely or len(fold(words).split()) > 4 else LANGUAGES
    return list(dict.fromkeys((language if language in LANGUAGES else "ar", *others)))


def _number(value: float, sure: bool, rule: str) -> Reading:
    return Understood({"type": "number", "number": value}, sure, rule)


def _years(years: int) -> dict[str, object]:
    return {"type": "age", "years": years}


def _age(years: int, sure: bool, rule: str) -> Reading:
    return Understood(_years(years), sure, rule) if years <= OLDEST else NotUnderstood()
