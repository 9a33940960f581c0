"""Stretches of time as EDTF level 1 with their own bounds, in the Gregorian and the Hijri calendar. Pure arithmetic."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

#: Hijri years of the Umm al-Qura tables that hijridate carries (1343-1500 AH)
OLDEST_HIJRI, NEWEST_HIJRI = 1343, 1499
SPRING, SUMMER, AUTUMN, WINTER = 21, 22, 23, 24
_SEASON_MONTHS = {SPRING: (3, 5), SUMMER: (6, 8), AUTUMN: (9, 11)}


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, both EDTF without qualifier; `last` None where one expression says it all.

    `mark` is EDTF's qualifier of the whole: "", "~" approximate, "?" uncertain, "%" both. Bounds are inclusive days
    and those of the expression without its qualifier; None is an open end, as `first` or `last` of "..".
    """

    first: str
    last: str | None
    earliest: date | None
    latest: date | None
    mark: str = ""

    @property
    def edtf(self) -> str:
        if self.last is None:
            return f"{self.first}{self.mark}"
        return "/".join(end if end == ".." else f"{end}{self.mark}" for end in (self.first, self.last))

    @property
    def season(self) -> int | None:
        """21-24 when this is a season of a year and nothing else."""
        tail = self.first[5:]
        return int(tail) if self.last is None and tail.isdecimal() and len(tail) == 2 and int(tail) > 12 else None

    def marked(self, mark: str) -> Span:
        """With one more qualifier. A qualified season becomes its months: qualified seasons are not level 1."""
        if not mark:
            return self
        if self.season is not None:
            return _qualified_season(self).marked(mark)
        return replace(self, mark=mark if mark == self.mark or not self.mark else "%")

    def value(self) -> dict[str, str | None]:
        """As the report's schema holds a date."""
        ends = [end.isoformat() if end else None for end in (self.earliest, self.latest)]
        return {"type": "date", "edtf": self.edtf, "earliest": ends[0], "latest": ends[1]}


def year(number: int) -> Span:
    return Span(f"{number:04}", None, date(number, 1, 1), date(number, 12, 31))


def decade(first: int) -> Span:
    return Span(f"{first // 10}X", None, date(first, 1, 1), date(first + 9, 12, 31))


def month(of: int, number: int) -> Span:
    return Span(f"{of:04}-{number:02}", None, date(of, number, 1), _end_of(of, number))


def months(of: int, first: int, last: int) -> Span:
    """Months of one year, as an interval, or the month itself when both are one."""
    if first == last:
        return month(of, first)
    return Span(f"{of:04}-{first:02}", f"{of:04}-{last:02}", date(of, first, 1), _end_of(of, last))


def day(which: date) -> Span:
    return Span(which.isoformat(), None, which, which)


def days(first: date, last: date) -> Span:
    """An interval of days, or the day itself when both are one."""
    return day(first) if first == last else Span(first.isoformat(), last.isoformat(), first, last)


def season(of: int, which: int) -> Span:
    """A season as the year's own words give it. Winter of one year may be its beginning or its end: both are within."""
    if which == WINTER:
        return Span(f"{of:04}-24", None, date(of, 1, 1), _end_of(of + 1, 2))
    first, last = _SEASON_MONTHS[which]
    return Span(f"{of:04}-{which}", None, date(of, first, 1), _end_of(of, last))


def winter_from(of: int) -> Span:
    """The winter that began in December of this year."""
    return Span(f"{of:04}-24", None, date(of, 12, 1), _end_of(of + 1, 2))


def joined(one: Span, other: Span) -> Span:
    """From the beginning of one to the end of the other; qualified when either is. A decade stands by its years."""
    first, last = _plain_ends(one)[0], _plain_ends(other)[1]
    mark = one.mark if one.mark == other.mark else "".join({one.mark, other.mark} - {""})
    return Span(first, last, one.earliest, other.latest, "%" if len(mark) > 1 else mark)


def through(span: Span) -> Span:
    """Up to its end, which is the last that may be meant."""
    return Span("..", _plain_ends(span)[1], None, span.latest, span.mark)


def until(span: Span) -> Span:
    """Before it: the expression itself is the last that may be meant."""
    start = _plain_ends(span)[0]
    latest = span.latest if span.last is None and start == span.first else _day_or_end(start, span)
    return Span("..", start, None, latest, span.mark)


def onward(span: Span) -> Span:
    """After it: the expression itself, or its last day, is the first that may be meant."""
    end = _plain_ends(span)[1]
    earliest = span.earliest if span.last is None and end == span.first else _day_or_start(end, span)
    return Span(end, "..", earliest, None, span.mark)


def adjacent(one: Span, other: Span) -> bool:
    """Whether one follows the other without a day between, or they overlap."""
    if one.latest is None or other.earliest is None or one.earliest is None or other.latest is None:
        return False
    first, second = sorted([one, other], key=lambda span: (span.earliest, span.latest))
    return second.earliest is not None and first.latest is not None and (second.earliest - first.latest).days <= 1


def within(inner: Span, outer: Span) -> bool:
    """Whether no day of one lies outside the other; open ends count as boundless."""
    starts = outer.earliest is None or (inner.earliest is not None and inner.earliest >= outer.earliest)
    return starts and (outer.latest is None or (inner.latest is not None and inner.latest <= outer.latest))


def back(today: date, number: float, unit: str) -> Span:
    """A number of units before today, as precise as people mean it: days exactly, the others about."""
    if unit == "d":
        return day(today - timedelta(days=int(number)))
    if unit == "w":
        return day(today - timedelta(days=int(number * 7))).marked("~")
    if unit == "y" and number == int(number):
        return year(today.year - int(number)).marked("~")
    count = int(number * 12) if unit == "y" else int(number)
    return month(*_months_on(today, -count)).marked("~")


def offset(anchor: Span, number: float, unit: str, sign: int) -> Span:
    """A number of units after (+1) the end of an anchor, or before (-1) its beginning."""
    start = anchor.latest if sign > 0 else anchor.earliest
    if start is None:
        raise ValueError("an open end has no neighbour")
    if unit == "d":
        return day(start + sign * timedelta(days=int(number))).marked(anchor.mark)
    if unit == "w":
        return day(start + sign * timedelta(days=int(number * 7))).marked("~")
    if unit == "y" and number == int(number):
        return year(start.year + sign * int(number)).marked("~")
    count = int(number * 12) if unit == "y" else int(number)
    return month(*_months_on(start, sign * count)).marked("~")


def hijri_year(number: int) -> Span:
    return days(_hijri(number, 1, 1), _hijri(number + 1, 1, 1) - timedelta(days=1)).marked("~")


def hijri_month(of: int, number: int) -> Span:
    start = _hijri(of, number, 1)
    after = _hijri(of, number + 1, 1) if number < 12 else _hijri(of + 1, 1, 1)
    return days(start, after - timedelta(days=1)).marked("~")


def hijri_day(of: int, month_: int, day_: int) -> Span:
    return day(_hijri(of, month_, day_)).marked("~")


def hijri_years_of(gregorian: int) -> range:
    """Hijri years that share a day with a Gregorian one."""
    first = round((gregorian - 622) * 33 / 32)
    return range(max(first - 1, OLDEST_HIJRI), min(first + 2, NEWEST_HIJRI) + 1)


def _hijri(of: int, month_: int, day_: int) -> date:
    from hijridate import Hijri  # its tables are read when the first Hijri date is

    found = Hijri(of, month_, day_).to_gregorian()
    return date(found.year, found.month, found.day)


def _months_on(start: date, count: int) -> tuple[int, int]:
    whole = start.year * 12 + start.month - 1 + count
    return whole // 12, whole % 12 + 1


def _end_of(of: int, month_: int) -> date:
    return date(of, month_, calendar.monthrange(of, month_)[1])


def _qualified_season(span: Span) -> Span:
    if span.earliest is None or span.latest is None:
        return span
    return Span(f"{span.earliest:%Y-%m}", f"{span.latest:%Y-%m}", span.earliest, span.latest)


def _plain_ends(span: Span) -> tuple[str, str]:
    if span.first.endswith("X"):
        return f"{span.first[:3]}0", f"{span.first[:3]}9"
    return span.first, span.last or span.first


def _day_or_end(start: str, span: Span) -> date | None:
    """The last day of an interval's first expression."""
    if span.earliest is None or len(start) == 10:
        return span.earliest
    return _end_of(span.earliest.year, span.earliest.month if len(start) == 7 else 12)


def _day_or_start(end: str, span: Span) -> date | None:
    """The first day of an interval's last expression."""
    if span.latest is None or len(end) == 10:
        return span.latest
    return date(span.latest.year, span.latest.month if len(end) == 7 else 1, 1)
