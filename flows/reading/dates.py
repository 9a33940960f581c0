"""Dates as families write them, in six languages: EDTF level 1 with bounds, one question back, or nothing. Never a guess.

`marks` turns a phrase into marks, `clusters` gathers them, `spans` says what one date means; here the shape of the whole
decides: "before", "between", "or", "two weeks after". What is not plain is asked, and what is impossible is not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from flows.reading import asks, calendars
from flows.reading.calendars import Span
from flows.reading.clusters import Cluster, Duration, Operator, Sentence, sentence
from flows.reading.lexicon import LANGUAGES, POSTPOSITIONAL, lexicon
from flows.reading.marks import marks
from flows.reading.readings import Ambiguous, NotUnderstood, Option, Reading, Understood
from flows.reading.spans import Choice, Impossible, Meaning, NoYear, meaning
from flows.reading.tongues import guess

#: nobody's answer to "when" is longer; a story is not searched for dates
MOST_LETTERS = 300
_OLDEST = 1900
#: words this short are tried in every language when nothing tells which they are in
_SHORT = 60
#: "two weeks after the feast" counts from its first day or its last, and the feast itself may differ by a day
_FEAST_SLACK = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class _Found:
    """A meaning with the rule that found it; `plain` when it says no more than the words do."""

    meaning: Meaning
    rule: str
    plain: bool = False


_NOTHING = NotUnderstood()


def read(words: str, language: str, moment: datetime) -> Reading:
    """A date that is not later than `moment`, the one question that decides it, or `NotUnderstood`.

    Lines after the first are answers to what was asked about the lines before. Numbers are day/month/year, or
    year/month/day when the first has four digits; English with both readings possible is asked.
    """
    if len(words) > MOST_LETTERS:
        return _NOTHING
    lines = [line for line in words.split("\n") if line.strip()]
    if not lines:
        return _NOTHING
    today = moment.date()
    if len(lines) == 1:
        return _read_line(lines[0], language, today)
    return _read_answered(lines, language, moment)


def _read_answered(lines: Sequence[str], language: str, moment: datetime) -> Reading:
    """The last line answers what was asked about the others: by naming an option, or by completing them."""
    asked = read("\n".join(lines[:-1]), language, moment)
    today = moment.date()
    alone = _read_line(lines[-1], language, today)
    together = _read_line(" ".join(lines), language, today)
    if not isinstance(asked, Ambiguous):
        return alone if not isinstance(alone, NotUnderstood) else together
    if asked.options and isinstance(alone, Understood):
        return replace(alone, sure=False)
    if not isinstance(together, NotUnderstood) and together != asked:
        return replace(together, sure=False) if isinstance(together, Understood) else together
    return replace(alone, sure=False) if isinstance(alone, Understood) else together


def _read_line(words: str, language: str, today: date) -> Reading:
    """In the conversation's language; where that leaves words unread, in one that reads them all, or reads any."""
    first: Reading | None = None
    for number, code in enumerate(_tried(words, language)):
        reading, said = _read_as(words, code, today)
        if number and isinstance(reading, Ambiguous) and reading.rule in ("year", "day", "offset"):
            continue  # a weekday or a day alone, in a language that nobody said this is
        if number and isinstance(reading, Understood):
            reading = replace(reading, sure=False)
        if not isinstance(reading, NotUnderstood):
            if not said.others:
                return reading
            first = first or reading
        elif first is None and (said.denied or said.unknown or said.vague):
            break
    return first or _NOTHING


def _tried(words: str, language: str) -> Iterable[str]:
    likely = [code for code in guess(words) if code in LANGUAGES][:2]
    others = LANGUAGES if not likely and len(words) <= _SHORT else likely
    return dict.fromkeys((language if language in LANGUAGES else "ar", *others))


def _read_as(words: str, language: str, today: date) -> tuple[Reading, Sentence]:
    """The reading in one language, and what was found in the words."""
    said = sentence(marks(words, lexicon(language)), today, language in POSTPOSITIONAL, language == "en")
    if said.denied:
        return _NOTHING, said
    found = _whole(said, today)
    if found is None:
        return _NOTHING, said
    if said.unknown:
        said.mark = "?" if said.mark in ("", "?") else "%"
    return _reading(found, said, language, today), said


def _reading(found: _Found, said: Sentence, language: str, today: date) -> Reading:
    meant = found.meaning
    if isinstance(meant, NoYear):
        return Ambiguous(asks.WHICH_YEAR, (), found.rule)
    if isinstance(meant, Impossible):
        return _NOTHING
    if isinstance(meant, Choice):
        possible = [(n, span.marked(said.mark)) for n, span in enumerate(meant.spans) if _possible(span, today)]
        if not possible:
            return _NOTHING
        if len(possible) == 1:
            return Understood(possible[0][1].value(), False, found.rule)
        return Ambiguous(_ASKS[meant.of], tuple(_options(meant, possible, language)), found.rule)
    if not _possible(meant, today):
        return _NOTHING
    sure = found.plain and not said.mark and not said.others
    return Understood(meant.marked(said.mark).value(), sure, found.rule)


_ASKS = {"day": asks.WHICH_DATE, "month": asks.WHICH_MONTH, "eid": asks.WHICH_EID, "date": asks.WHICH_DATE}


def _options(choice: Choice, spans: Iterable[tuple[int, Span]], language: str) -> Iterable[Option]:
    from flows.reading.display import feast_name, shown

    for number, span in list(spans)[:5]:
        value = span.value()
        label = shown(value, language)
        if choice.names:
            label = f"{feast_name(choice.names[number], language)} ({label})"
        yield Option(f"{choice.of}{number + 1}", label, value)


def _possible(span: Span, today: date) -> bool:
    """Not before anybody's birth, and not all of it to come."""
    ends = [end for end in (span.earliest, span.latest) if end is not None]
    return all(end.year >= _OLDEST for end in ends) and (span.earliest or ends[0]) <= today


# -- shapes --------------------------------------------------------------------------------------------------------------

_Joined: TypeAlias = "tuple[Cluster, str]"


def _whole(said: Sentence, today: date) -> _Found | None:
    """What a phrase's clusters, durations and operators mean together."""
    clusters = [item for item in said.items if isinstance(item, Cluster) and not _empty(item)]
    durations = [item for item in said.items if isinstance(item, Duration)]
    kinds = [item.kind for item in said.items if isinstance(item, Operator)]
    loose = any(item.loose for item in said.items if isinstance(item, Operator))
    if said.vague:
        durations = []
    clusters = _with_their_year(clusters, _joins(said))
    if durations and not (len(clusters) == 1 and _complete(clusters[0]) and not {"before", "after"} & set(kinds)):
        return _with_duration(durations, clusters, kinds, loose, today)
    if not clusters:
        return None
    if len(clusters) == 1:
        return _one(clusters[0], kinds, loose, today)
    if loose:
        return None
    return _several(said, clusters, kinds, today)


def _with_their_year(clusters: list[Cluster], joins: Sequence[str]) -> list[Cluster]:
    """A year that stands apart ("before Eid, 2013") belongs to the date that lacks one."""
    if len(clusters) != 2 or joins[0]:
        return clusters
    for one, other in (clusters, clusters[::-1]):
        lacks = one.year is None and (one.feast or one.month or one.season or one.hijri_month)
        if lacks and one.hijri_year is None and other.year is not None and other == Cluster(year=other.year):
            return [replace(one, year=other.year)]
    return clusters


def _empty(cluster: Cluster) -> bool:
    return cluster == Cluster(
        last=cluster.last, part=cluster.part, half=cluster.half, bare=cluster.bare, day=cluster.day
    ) and (cluster.day is None or cluster.last is not None)


def _complete(cluster: Cluster) -> bool:
    return cluster.year is not None and cluster.event is None and cluster.feast is None


def _one(cluster: Cluster, kinds: Sequence[str], loose: bool, today: date) -> _Found | None:
    meant = meaning(cluster, today)
    rule = _rule(cluster)
    if {"before", "after"} <= set(kinds):
        return None
    for kind, turned in (("before", calendars.until), ("after", calendars.onward), ("until", calendars.through)):
        if kind not in kinds:
            continue
        if isinstance(meant, Span) and loose:
            return _Found(Choice((meant, turned(meant)), "date"), f"{kind}:loose")
        return _Found(_turned(meant, cluster, kind), f"{kind}:{rule}")
    if "more" in kinds or "less" in kinds:
        return _Found(meant, rule)
    return _Found(meant, rule, _is_plain(cluster, meant))


def _turned(meant: Meaning, cluster: Cluster, kind: str) -> Meaning:
    turn = {"after": calendars.onward, "before": calendars.until, "until": calendars.through}[kind]
    if isinstance(meant, Span):
        return turn(replace(meant, mark="") if cluster.event else meant)
    if isinstance(meant, Choice):
        return replace(meant, spans=tuple(turn(span) for span in meant.spans))
    return meant


def _is_plain(cluster: Cluster, meant: Meaning) -> bool:
    """A year, a month of a year, or a day that cannot be read another way, and nothing else."""
    if not isinstance(meant, Span) or meant.mark or cluster.bare:
        return False
    rest = Cluster(year=cluster.year, month=cluster.month, day=cluster.day, weekday=cluster.weekday)
    return cluster == rest


def _rule(cluster: Cluster) -> str:
    for name in ("event", "feast", "hijri_month", "hijri_year", "decade", "season"):
        if getattr(cluster, name) is not None:
            return name.replace("_", "-")
    if cluster.part is not None or cluster.half is not None:
        return "part"
    return "day" if cluster.day is not None else "month" if cluster.month is not None else "year"


# -- durations -----------------------------------------------------------------------------------------------------------


def _with_duration(
    durations: Sequence[Duration], clusters: Sequence[Cluster], kinds: Sequence[str], loose: bool, today: date
) -> _Found | None:
    if len(durations) > 1 or len(clusters) > 1:
        return None
    duration = durations[0]
    if not clusters:
        if loose or "after" in kinds or not {"before", "since", "ago"} & set(kinds):
            return None
        return _Found(_ago(duration, kinds, today), "ago")
    if loose:
        return None
    cluster = clusters[0]
    sign = 1 if "after" in kinds else -1
    bare_part = cluster.year is None and cluster.feast is None and cluster.event is None and cluster.hijri_year is None
    if sign < 0 and bare_part and duration.unit == "y" and duration.number == int(duration.number):
        dated = replace(cluster, year=today.year - int(duration.number), year_mark="~")
        return _Found(meaning(dated, today), "ago:part")
    if not {"before", "after"} & set(kinds):
        return None
    return _Found(_offset(meaning(cluster, today), duration, sign, cluster), "offset")


def _ago(duration: Duration, kinds: Sequence[str], today: date) -> Meaning:
    try:
        back = calendars.back(today, duration.number, duration.unit)
    except (ValueError, OverflowError):
        return Impossible()
    if "more" in kinds:
        return calendars.until(replace(back, mark=""))
    return calendars.onward(replace(back, mark="")) if "less" in kinds else back


def _offset(meant: Meaning, duration: Duration, sign: int, cluster: Cluster) -> Meaning:
    if isinstance(meant, Choice):
        moved = tuple(_offset(span, duration, sign, cluster) for span in meant.spans)
        spans = tuple(span for span in moved if isinstance(span, Span))
        return replace(meant, spans=spans) if len(spans) == len(meant.spans) else Impossible()
    if not isinstance(meant, Span):
        return meant
    try:
        if duration.unit == "w" and cluster.feast in ("eid", "fitr", "adha") and meant.earliest is not None:
            middle = meant.earliest + sign * timedelta(days=int(7 * duration.number))
            return calendars.days(middle - _FEAST_SLACK, middle + _FEAST_SLACK).marked("~")
        return calendars.offset(meant, duration.number, duration.unit, sign)
    except (ValueError, OverflowError):
        return Impossible()


# -- several dates -------------------------------------------------------------------------------------------------------


def _several(said: Sentence, clusters: Sequence[Cluster], kinds: Sequence[str], today: date) -> _Found | None:
    shared = _sharing(clusters)
    meant = [meaning(cluster, today) for cluster in shared]
    for one in meant:
        if isinstance(one, Impossible):
            return _Found(one, "impossible")
    if winter := _winter(clusters):
        return _Found(winter, "season")
    for one in meant:
        if isinstance(one, NoYear):
            return _Found(one, "several")
    for one in meant:
        if isinstance(one, Choice):
            return _Found(one, "several")
    spans = [one for one in meant if isinstance(one, Span)]
    joins = _joins(said)
    borrowed = any(one != other for one, other in zip(clusters, shared, strict=True))
    if len(spans) == 2:
        return _two(spans[0], spans[1], joins, kinds, borrowed)
    if set(joins) <= {"or", "and"} and "or" in joins:
        return _alternatives(spans)
    return _Found(Choice(tuple(spans[:5]), "date"), "several")


def _two(one: Span, other: Span, joins: Sequence[str], kinds: Sequence[str], borrowed: bool) -> _Found | None:
    join = joins[0]
    if {"before", "after"} & set(kinds):
        if [kind for kind in kinds if kind in ("before", "after")] == ["after", "before"]:
            return _range(one, other)
        return _Found(Choice((one, other), "date"), "several")
    if "between" in kinds or join in ("to", "dash") or "until" in kinds:
        return _range(one, other)
    if join == "or":
        return _alternatives([one, other])
    if calendars.within(one, other):
        return _Found(one, "narrowed")
    if calendars.within(other, one):
        return _Found(other, "narrowed")
    if join == "and" and borrowed:
        return _alternatives([one, other])
    return _Found(Choice((one, other), "date"), "several")


def _range(one: Span, other: Span) -> _Found:
    if one.earliest is None or other.latest is None or one.earliest > other.latest:
        return _Found(Choice((one, other), "date"), "several")
    return _Found(calendars.joined(one, other), "range")


def _alternatives(spans: Sequence[Span]) -> _Found:
    """Neighbours are one stretch; others must be told apart."""
    ordered = sorted(spans, key=lambda span: span.latest or date.max)
    if all(calendars.adjacent(one, other) for one, other in pairwise(ordered)):
        return _Found(calendars.joined(ordered[0], ordered[-1]), "alternatives")
    return _Found(Choice(tuple(ordered[:5]), "date"), "several")


def _joins(said: Sentence) -> list[str]:
    """The operator between each cluster and the next; "" where there is none."""
    found: list[str] = []
    current = ""
    begun = False
    for item in said.items:
        if isinstance(item, Cluster) and not _empty(item):
            if begun:
                found.append(current)
            begun, current = True, ""
        elif isinstance(item, Operator) and item.kind in ("and", "or", "to", "dash", "until"):
            current = item.kind if item.kind != "until" else current or "to"
    return found


def _sharing(clusters: Sequence[Cluster]) -> list[Cluster]:
    """ "March to June 2013" says the year once: each cluster takes what it lacks, and is coarser, from its neighbour."""
    shared = [replace(cluster) for cluster in clusters]
    for one, other in [*zip(shared[::-1][1:], shared[::-1], strict=False), *zip(shared[1:], shared, strict=False)]:
        _borrow(one, other)
    if len(shared) == 2 and clusters[0].year is None and shared[0].year is not None:
        _turn_of_the_year(shared[0], shared[1])
    return shared


def _borrow(one: Cluster, other: Cluster) -> None:
    if one.year is not None or one.event is not None or one.decade is not None or one.hijri_year is not None:
        return
    if one.day is not None and not (one.month or one.hijri_month or one.feast or one.season):
        one.month, one.hijri_month = other.month, other.hijri_month
    if one.month or one.season or one.feast or one.hijri_month:
        one.year, one.year_mark = other.year, other.year_mark or one.year_mark
    if one.hijri_month is not None:
        one.hijri_year = other.hijri_year


def _turn_of_the_year(one: Cluster, other: Cluster) -> None:
    """ "November to February 2013" began the year before."""
    if one.month and other.month and one.year and one.year == other.year and min(one.month) > max(other.month):
        one.year -= 1


def _winter(clusters: Sequence[Cluster]) -> Span | None:
    """ "Winter 2012 to 2013" is one winter, and so is "the winter between 2012 and 2013"."""
    seasons = [cluster.season for cluster in clusters if cluster.season is not None]
    years = [cluster.year for cluster in clusters if cluster.year is not None]
    said = all(cluster == Cluster(year=cluster.year, season=cluster.season) for cluster in clusters)
    if not said or seasons != [calendars.WINTER] or clusters[0].season is None or len(years) != 2:
        return None
    return calendars.winter_from(years[0]) if years[1] == years[0] + 1 else None
