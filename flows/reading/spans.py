"""What a cluster means in time: a span, a choice between a few, a year that is missing, or nothing possible."""

from __future__ import annotations

import calendar as _calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from flows.reading import calendars
from flows.reading.calendars import Span
from flows.reading.clusters import LAST_DAY, Cluster


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these; `of` says what is asked: `day`, `month`, `eid`, `date`."""

    spans: tuple[Span, ...]
    of: str
    #: names of the options where their dates do not tell enough
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoYear:
    """Everything but the year."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """No such day."""


Meaning: TypeAlias = Span | Choice | NoYear | Impossible

#: Days everybody remembers. Reviewed before use; always confirmed with the person. (ISO day, or month with `~`.)
#: Sources: the first protests of March 2011; the chemical attack on Ghouta, UN A/67/997-S/2013/553; the earthquake of
#: 6 February 2023 (USGS us6000jllz); the end of the Assad government on 8 December 2024.
EVENTS: Mapping[str, Span] = {
    "revolution": calendars.month(2011, 3).marked("~"),
    "ghouta": calendars.day(date(2013, 8, 21)),
    "earthquake": calendars.day(date(2023, 2, 6)),
    "regimefall": calendars.day(date(2024, 12, 8)),
}
_FIXED_FEASTS: Mapping[str, tuple[int, int]] = {
    "newroz": (3, 21), "mothers": (3, 21), "christmas": (12, 25), "christmaseve": (12, 24), "newyear": (1, 1),
    "silvester": (12, 31),
}  # fmt: skip
#: feast -> (Hijri month, day, how many days)
_HIJRI_FEASTS: Mapping[str, tuple[int, int, int]] = {
    "fitr": (10, 1, 3), "adha": (12, 10, 4), "arafa": (12, 9, 1), "mawlid": (3, 12, 1), "ashura": (1, 10, 1),
    "hijrinewyear": (1, 1, 1),
}  # fmt: skip
_THIRDS = {"early": 0, "mid": 1, "late": 2}


def meaning(cluster: Cluster, today: date) -> Meaning:
    """What a cluster means. ValueError and OverflowError do not leave here: an impossible day is `Impossible`."""
    if cluster.impossible:
        return Impossible()
    try:
        found = _meaning(cluster, today)
    except (ValueError, OverflowError):
        return Impossible()
    return found.marked(cluster.year_mark) if isinstance(found, Span) else found


def _meaning(cluster: Cluster, today: date) -> Meaning:
    if cluster.event is not None:
        return _event(cluster)
    if cluster.feast is not None:
        return _with_year(cluster, today, lambda year: _feasts(cluster, year))
    if cluster.hijri_month is not None or cluster.hijri_year is not None:
        return _hijri(cluster, today)
    if cluster.decade is not None:
        return _decade(cluster)
    if cluster.season is not None:
        return _season(cluster, today)
    if cluster.month is not None:
        return _with_year(cluster, today, lambda year: _in_month(cluster, year))
    if cluster.weekday is not None and cluster.last is not None and cluster.year is None:
        return _last_weekday(cluster.weekday, cluster.last, today)
    if cluster.year is None:
        return NoYear()
    return _of_year(cluster, cluster.year)


def _last_weekday(which: int, back: int, today: date) -> Span:
    """The latest one before today; "this Friday" may be today."""
    days = (today.weekday() - which) % 7
    if back and not days:
        days = 7
    return calendars.day(today - timedelta(days=days + 7 * max(back - 1, 0)))


def _of_year(cluster: Cluster, year: int) -> Meaning:
    if cluster.hijri and year in range(calendars.OLDEST_HIJRI, calendars.NEWEST_HIJRI):
        return calendars.hijri_year(year)
    if cluster.year_pair:
        return calendars.joined(calendars.year(year), calendars.year(year + 1))
    part = cluster.part or {1: "early", LAST_DAY: "late"}.get(cluster.day if cluster.day is not None else -1)
    if cluster.half is not None:
        return calendars.months(year, *((1, 6) if cluster.half == 1 else (7, 12)))
    if part is None:
        return calendars.year(year)
    first = 1 + 4 * _THIRDS[part]
    return calendars.months(year, first, first + 3).marked("~")


def _in_month(cluster: Cluster, year: int) -> list[Span] | Choice:
    months = sorted(cluster.month or ())
    if 0 in months:
        both = (
            calendars.month(year, months[1]),
            calendars.joined(calendars.year(year), calendars.year(year + 1)),
        )
        return Choice(both, "date")
    if cluster.swappable and cluster.day is not None:
        either = sorted([(months[0], cluster.day), (cluster.day, months[0])])
        return Choice(tuple(calendars.day(date(year, *month_and_day)) for month_and_day in either), "day")
    found = [_part_of_month(cluster, year, month) for month in months]
    if len(found) == 1:
        return found
    return Choice(tuple(sorted(found, key=lambda span: span.earliest or date.min)), "month")


def _part_of_month(cluster: Cluster, year: int, month: int) -> Span:
    if cluster.day is not None:
        return calendars.day(date(year, month, cluster.day or _calendar.monthrange(year, month)[1]))
    if cluster.half is not None:
        last = _calendar.monthrange(year, month)[1]
        return calendars.days(*(date(year, month, end) for end in ((1, 15) if cluster.half == 1 else (16, last))))
    if cluster.part is not None:
        return _third(calendars.month(year, month), cluster.part)
    return calendars.month(year, month)


def _third(of: Span, part: str) -> Span:
    """The first ten days, the next ten, or the rest; approximate."""
    if of.earliest is None or of.latest is None:
        raise ValueError("an open end has no thirds")
    first = of.earliest + timedelta(days=10 * _THIRDS[part])
    last = of.latest if part == "late" else first + timedelta(days=9)
    return calendars.days(first, last).marked("~")


def _season(cluster: Cluster, today: date) -> Meaning:
    season = cluster.season or 0
    if season != calendars.WINTER:
        return _with_year(cluster, today, lambda year: [_part_of_season(cluster, year)])
    if cluster.year_pair and cluster.year is not None:
        return calendars.winter_from(cluster.year)
    if cluster.last is not None and cluster.year is None:
        this = today.year if today.month == 12 else today.year - 1
        return calendars.winter_from(this if cluster.last == 0 or today.month > 2 else this - 1)
    return _with_year(cluster, today, lambda year: _part_of_winter(cluster, year))


def _part_of_season(cluster: Cluster, year: int) -> Span:
    whole = calendars.season(year, cluster.season or 0)
    if cluster.part is None or whole.earliest is None:
        return whole
    month = whole.earliest.month + _THIRDS[cluster.part]
    return calendars.months(year, month, month).marked("~")


def _part_of_winter(cluster: Cluster, year: int) -> list[Span] | Choice:
    if cluster.part is None:
        return [calendars.season(year, calendars.WINTER)]
    if cluster.part == "early":
        return [calendars.months(year, 12, 12).marked("~")]
    if cluster.part == "late":
        return [calendars.months(year, 2, 2).marked("~")]
    return Choice((calendars.month(year, 1), calendars.month(year + 1, 1)), "date")


def _decade(cluster: Cluster) -> Span:
    first = cluster.decade or 0
    if cluster.part is None:
        return calendars.decade(first)
    start, end = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}[cluster.part]
    return calendars.joined(calendars.year(first + start), calendars.year(first + end)).marked("~")


def _event(cluster: Cluster) -> Meaning:
    span = EVENTS[cluster.event or ""]
    if cluster.part in ("mid", "late"):
        return Impossible()
    if cluster.year is not None and not calendars.within(span, calendars.year(cluster.year)):
        return calendars.year(cluster.year)
    return span


def _feasts(cluster: Cluster, year: int) -> list[Span] | Choice:
    feast = cluster.feast or ""
    if feast == "eid":
        kinds = (cluster.which_eid,) if cluster.which_eid else ("fitr", "adha")
        found = [(kind, span) for kind in kinds for span in _hijri_feasts(kind, year)]
        if len(kinds) == 1:
            return [_day_of_feast(cluster, span) for _, span in found]
        return Choice(tuple(_day_of_feast(cluster, span) for _, span in found), "eid", tuple(kind for kind, _ in found))
    if feast == "newyeareve":
        return Choice((calendars.day(date(year - 1, 12, 31)), calendars.day(date(year, 12, 31))), "date")
    if feast in _FIXED_FEASTS:
        return [_day_of_feast(cluster, calendars.day(date(year, *_FIXED_FEASTS[feast])))]
    return [_day_of_feast(cluster, span) for span in _hijri_feasts(feast, year)]


def _day_of_feast(cluster: Cluster, span: Span) -> Span:
    """The eve of a feast, one of its days, its beginning or its end."""
    if span.earliest is None or span.latest is None:
        return span
    if cluster.eve:
        return calendars.day(span.earliest - timedelta(days=1)).marked(span.mark)
    if cluster.day == LAST_DAY:
        return calendars.day(span.latest).marked(span.mark)
    if cluster.day is not None:
        return calendars.day(span.earliest + timedelta(days=cluster.day - 1)).marked(span.mark)
    if cluster.part == "early":
        return calendars.day(span.earliest).marked(span.mark)
    return calendars.day(span.latest).marked(span.mark) if cluster.part == "late" else span


def _hijri_feasts(kind: str, year: int) -> list[Span]:
    """The feast in a Gregorian year by the Umm al-Qura calendar: once, and in a few years twice or not at all."""
    month, day, length = _HIJRI_FEASTS[kind]
    found = []
    for hijri in calendars.hijri_years_of(year):
        start = calendars.hijri_day(hijri, month, day).earliest
        if start is not None and start.year == year:
            found.append(calendars.days(start, start + timedelta(days=length - 1)).marked("~"))
    return found


def _hijri(cluster: Cluster, today: date) -> Meaning:
    if cluster.hijri_month is None:
        return _third_of_year(calendars.hijri_year(cluster.hijri_year or 0), cluster.part)
    if cluster.hijri_year is not None:
        return _in_hijri_month(cluster, cluster.hijri_year)
    return _with_year(
        cluster,
        today,
        lambda year: [
            span
            for hijri in calendars.hijri_years_of(year)
            if (span := _in_hijri_month(cluster, hijri)).earliest is not None
            and (start := calendars.hijri_month(hijri, cluster.hijri_month or 1).earliest) is not None
            and start.year == year
        ],
    )


def _third_of_year(span: Span, part: str | None) -> Span:
    if part is None or span.earliest is None or span.latest is None:
        return span
    length = ((span.latest - span.earliest).days + 1) // 3
    first = span.earliest + timedelta(days=length * _THIRDS[part])
    return calendars.days(first, span.latest if part == "late" else first + timedelta(days=length - 1)).marked("~")


def _in_hijri_month(cluster: Cluster, year: int) -> Span:
    month = cluster.hijri_month or 1
    whole = calendars.hijri_month(year, month)
    if cluster.day == LAST_DAY and whole.latest is not None:
        return calendars.day(whole.latest).marked("~")
    if cluster.day is not None:
        return calendars.hijri_day(year, month, cluster.day)
    return _third(whole, cluster.part) if cluster.part is not None else whole


def _with_year(cluster: Cluster, today: date, spans: Callable[[int], Sequence[Span] | Choice]) -> Meaning:
    """The span in the cluster's year; the latest past ones for "last …"; a choice where a year has two."""
    if cluster.year is None:
        return NoYear() if cluster.last is None else _latest_past(cluster.last, today, spans)
    if cluster.year_pair:
        return Choice(tuple(span for n in (0, 1) for span in _one(spans(cluster.year + n))), "date")
    found = spans(cluster.year)
    if isinstance(found, Choice):
        return found
    if not found:
        return Impossible()
    return found[0] if len(found) == 1 else Choice(tuple(found), "date")


def _one(found: Sequence[Span] | Choice) -> Sequence[Span]:
    return found.spans if isinstance(found, Choice) else found


def _latest_past(back: int, today: date, spans: Callable[[int], Sequence[Span] | Choice]) -> Meaning:
    """The last one that is over; "this" one has begun, "the one before last" is one earlier."""
    if back == 0:
        found = spans(today.year)
        begun = [span for span in _one(found) if span.earliest is not None and span.earliest <= today]
        return begun[0] if len(begun) == 1 and not isinstance(found, Choice) else NoYear()
    past: list[Span] = []
    for year in range(today.year, today.year - 4, -1):
        found = spans(year)
        if isinstance(found, Choice):
            return NoYear()
        past += [span for span in reversed(found) if span.latest is not None and span.latest < today]
    return past[back - 1] if len(past) >= back else NoYear()
