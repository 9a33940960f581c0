"""Dates for reading: an EDTF expression and its bounds in plain words, moments as day and time (UTC)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from babel.dates import format_date, format_datetime, format_interval

from desk.words import N_, Words

_SIMPLE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?([~?%])?", re.ASCII)
_SEASONS = {
    21: N_("spring %(year)s"),
    22: N_("summer %(year)s"),
    23: N_("autumn %(year)s"),
    24: N_("winter %(year)s"),
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Writes dates in the console's language."""

    words: Words

    def day(self, moment: int) -> str:
        """Seconds since 1970 -> `23 Nov 2026`."""
        return self._day(datetime.fromtimestamp(moment, UTC).date())

    def moment(self, moment: int) -> str:
        """Seconds since 1970 -> `23 Nov 2026, 14:05 UTC`."""
        return self._moment(datetime.fromtimestamp(moment, UTC))

    def iso_day(self, text: str) -> str:
        """`2026-11-23` -> `23 Nov 2026`; what is no date stays as it is."""
        try:
            return self._day(date.fromisoformat(text))
        except ValueError:
            return text

    def iso_moment(self, text: str) -> str:
        """`2026-11-23T14:05:00Z` -> `23 Nov 2026, 14:05 UTC`; what is no moment stays as it is."""
        try:
            return self._moment(datetime.fromisoformat(text.upper()).astimezone(UTC))
        except ValueError:
            return text

    def edtf(self, expression: str) -> str:
        """`2013-22` -> `summer 2013`, `2013~` -> `about 2013`; what is not simple stays as it is."""
        _ = self.words.gettext
        if expression.count("/") == 1:
            start, end = expression.split("/")
            if start in ("", ".."):
                return _("%(day)s or before") % {"day": self.edtf(end)}
            if end in ("", ".."):
                return _("%(day)s or after") % {"day": self.edtf(start)}
            return _("between %(start)s and %(end)s") % {"start": self.edtf(start), "end": self.edtf(end)}
        if re.fullmatch(r"\[[^\[\]]+\]", expression) and ".." not in expression:
            return _(" or ").join(self.edtf(part.strip()) for part in expression[1:-1].split(","))
        simple = _SIMPLE.fullmatch(expression)
        if not simple:
            return expression
        return self._qualified(self._simple(*simple.group(1, 2, 3)) or expression[:-1], simple[4])

    def bounds(self, earliest: str | None, latest: str | None) -> str | None:
        """The inclusive interval: `1 Jun – 31 Aug 2013`; None when it says nothing."""
        _ = self.words.gettext
        try:
            start = date.fromisoformat(earliest) if earliest else None
            end = date.fromisoformat(latest) if latest else None
        except ValueError:
            return None
        if start and end:
            if start == end:
                return self._day(start)
            return format_interval(start, end, "yMMMd", locale=self.words.locale)
        if start:
            return _("%(day)s or after") % {"day": self._day(start)}
        if end:
            return _("%(day)s or before") % {"day": self._day(end)}
        return None

    def _simple(self, year: str, month: str | None, day: str | None) -> str | None:
        if not month:
            return year
        season = _SEASONS.get(int(month))
        if season and not day:
            return self.words.gettext(season) % {"year": year}
        try:
            at = date(int(year), int(month), int(day or 1))
        except ValueError:
            return f"{year}-{month}" + (f"-{day}" if day else "")
        return format_date(at, "d MMMM y" if day else "MMMM y", locale=self.words.locale)

    def _qualified(self, plain: str, qualifier: str | None) -> str:
        _ = self.words.gettext
        phrases = {"~": _("about %(day)s"), "?": _("perhaps %(day)s"), "%": _("perhaps about %(day)s")}
        return phrases[qualifier] % {"day": plain} if qualifier else plain

    def _day(self, day: date) -> str:
        return format_date(day, "d MMM y", locale=self.words.locale)

    def _moment(self, moment: datetime) -> str:
        return format_datetime(moment, "d MMM y, HH:mm", locale=self.words.locale) + " UTC"
