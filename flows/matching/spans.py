"""How long a time an EDTF level 1 text may mean, as inclusive days: for comparing dates of two reports, nothing else."""

from __future__ import annotations

import calendar
import re
from datetime import date

_POINT = re.compile(r"(\d{3}X|\d{4})(?:-(\d\d)(?:-(\d\d))?)?[~?%]?")
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11)}
_WINTER = 24
Span = tuple[date, date]


def span(edtf: str) -> Span | None:
    """First and last day; None for anything that is no EDTF level 1. Open ends reach to year 1 and 9999; winter YYYY is both its
    beginning and its end."""
    start, slash, end = edtf.strip().partition("/")
    if not slash:
        return _point(start)
    first = (date.min, date.min) if start in ("", "..") else _point(start)
    last = (date.max, date.max) if end in ("", "..") else _point(end)
    if first is None or last is None or first[0] > last[1]:
        return None
    return first[0], last[1]


def is_vague(edtf: str) -> bool:
    """Whether the text itself says "about" or "perhaps"."""
    return any(sign in edtf for sign in "~?%X")


def gap(a: Span, b: Span) -> int:
    """Days between two spans; 0 when they touch or overlap."""
    return max(0, (b[0] - a[1]).days, (a[0] - b[1]).days)


def _point(text: str) -> Span | None:
    match = _POINT.fullmatch(text)
    if match is None:
        return None
    if match[1].endswith("X"):
        decade = int(match[1][:3]) * 10
        return None if match[2] or not decade else (date(decade, 1, 1), date(decade + 9, 12, 31))
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if month == _WINTER and not match[3] and 0 < year < date.max.year:
        return date(year, 1, 1), date(year + 1, 2, 28)
    first, last = _SEASONS.get(month, (month, month)) if match[2] else (1, 12)
    if match[3] and month in _SEASONS:
        return None
    try:
        return date(year, first, day if match[3] else 1), date(year, last, day or calendar.monthrange(year, last)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None
