"""Gathers marks into what one date says (a cluster), durations, and the operators between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from flows.reading.counting import Number
from flows.reading.marks import Mark

#: marks that stand for themselves between clusters
OPERATORS = frozenset(
    {"before", "after", "since", "ago", "until", "from", "to", "between", "and", "or", "more", "less"}
)
#: marks that say something about a date
_PARTS_OF_DATES = frozenset({
    "year", "yearpair", "hijriyear", "day", "month", "eithermonth", "hijrimonth", "season", "seasonpart", "feast", "whicheid",
    "eve", "event", "decade", "part", "half", "weekday", "last", "this", "badnumber", "swap",
})  # fmt: skip
#: marks that never stand between a word and what it belongs to
_SILENT = frozenset({"skip", "comma", "gregorian"})
#: "the last day of": whichever it is
LAST_DAY = 0
_RAMADAN = 9
#: what "two days after" may be counted from
_ANCHORS = frozenset({"feast", "event", "day", "hijrimonth"})
_YEARS = range(1900, 2101)
_HIJRI_YEARS = range(1343, 1500)
#: a longer stretch is nothing that a family counts
_MOST_UNITS = 200


@dataclass(slots=True)
class Cluster:
    """What one date says, each field as found; None where it says nothing of it."""

    year: int | None = None
    #: said as 2012/13
    year_pair: bool = False
    year_mark: str = ""
    month: frozenset[int] | None = None
    day: int | None = None
    season: int | None = None
    part: str | None = None
    half: int | None = None
    #: 0 Monday … 6 Sunday
    weekday: int | None = None
    feast: str | None = None
    which_eid: str | None = None
    eve: bool = False
    event: str | None = None
    decade: int | None = None
    hijri_year: int | None = None
    hijri_month: int | None = None
    hijri: bool = False
    last: int | None = None
    #: day and month may stand for one another (04/05)
    swappable: bool = False
    impossible: bool = False
    #: month and year were numbers without a sign of which is which
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """So many days, weeks, months or years (`d w m y`)."""

    number: float
    unit: str


@dataclass(frozen=True, slots=True)
class Operator:
    """One of `OPERATORS`, or `dash`; `loose` when words of no list stand between it and what it should belong to."""

    kind: str
    loose: bool = False


Item: TypeAlias = "Cluster | Duration | Operator"


@dataclass(slots=True)
class Sentence:
    """A phrase taken apart."""

    items: list[Item] = field(default_factory=list)
    #: EDTF's qualifier of the whole
    mark: str = ""
    #: words say "I don't know", "long ago", "not"
    unknown: bool = False
    vague: bool = False
    denied: bool = False
    #: words of no list were passed over
    others: bool = False


def sentence(found: Sequence[Mark], today: date, postpositional: bool, month_first_too: bool) -> Sentence:
    """Everything the marks of a phrase say."""
    said = Sentence()
    said.unknown = any(mark.kind == "unknown" for mark in found)
    said.vague = any(mark.kind == "vague" for mark in found)
    said.denied = any(mark.kind == "not" for mark in found)
    said.others = any(mark.kind in ("word", "none") for mark in found)
    kept = [mark for mark in found if mark.kind not in ("unsure", "unknown", "vague", "not", *_SILENT)]
    kept = _without_clock_and_age(_slashes(kept))
    approx, unsure = any(mark.kind == "approx" for mark in kept), any(mark.kind == "unsure" for mark in found)
    said.mark = "%" if approx and unsure else "~" if approx else "?" if unsure else ""
    kept = [mark for mark in kept if mark.kind != "approx"]
    kept = list(_numeric_dates(kept, month_first_too))
    kept = _with_units(kept, today)
    kept = _with_numbers(kept)
    said.items = _items(kept, postpositional)
    return said


def _slashes(found: Sequence[Mark]) -> list[Mark]:
    """A slash between two months or seasons is "or"; any other says nothing."""
    done = []
    for at, mark in enumerate(found):
        if mark.kind != "slash":
            done.append(mark)
        elif 0 < at < len(found) - 1 and found[at - 1].kind == found[at + 1].kind in ("month", "season"):
            done.append(Mark("or"))
    return done


# -- marks beside marks --------------------------------------------------------------------------------------------------


def _without_clock_and_age(found: Sequence[Mark]) -> list[Mark]:
    """Times of day and ages say nothing of a date: the number goes with the word."""
    dropped: set[int] = set()
    for at, mark in enumerate(found):
        if mark.kind not in ("clock", "aftertime", "age"):
            continue
        dropped.add(at)
        beside = {"clock": (at + 1,), "aftertime": (at - 1,), "age": (at - 1, at + 1)}[mark.kind]
        about = at - 2 if mark.kind == "aftertime" else at - 1
        if about >= 0 and found[about].kind == "approx":
            dropped.add(about)
        for near in beside:
            if 0 <= near < len(found) and _small(found[near], 120):
                dropped.add(near)
                if near + 1 < len(found) and mark.kind == "age" and found[near + 1].kind == "unit":
                    dropped.add(near + 1)
        if mark.kind == "age" and at >= 2 and found[at - 1].kind == "unit" and _small(found[at - 2], 120):
            dropped |= {at - 1, at - 2}
    return [mark for at, mark in enumerate(found) if at not in dropped]


def _numeric_dates(found: Sequence[Mark], month_first_too: bool) -> Iterator[Mark]:
    for at, mark in enumerate(found):
        if mark.kind != "numeric":
            yield mark
            continue
        numbers, sign = mark.value
        if len(numbers) == 3:
            yield from _three(numbers, month_first_too)
        else:
            before = found[at - 1] if at else None
            after = found[at + 1] if at + 1 < len(found) else None
            yield from _two(numbers, sign, before, after, month_first_too)


def _three(numbers: Sequence[Number], month_first_too: bool) -> list[Mark]:
    one, two, three = (int(number.value) for number in numbers)
    if numbers[0].digits == 4:
        day, month = (three, two) if two <= 12 else (two, three)
        return _dated(day, month, one)
    if numbers[1].digits > 2 or numbers[2].digits not in (2, 4):
        return [Mark("badnumber")]
    year = three if numbers[2].digits == 4 else _century(three)
    if month_first_too and one <= 12 and two <= 12 and one != two:
        return [Mark("swap"), *_dated(one, two, year)]
    if two > 12 >= one and month_first_too:
        one, two = two, one
    return _dated(one, two, year)


def _dated(day: int, month: int, year: int) -> list[Mark]:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return [Mark("badnumber")]
    if year in _HIJRI_YEARS:
        return [Mark("day", day), Mark("hijrimonth", month), Mark("hijriyear", year)]
    return [Mark("day", day), Mark("month", month), Mark("year", year)]


def _two(
    numbers: Sequence[Number], sign: str, before: Mark | None, after: Mark | None, month_first_too: bool
) -> list[Mark]:
    one, two = (int(number.value) for number in numbers)
    dash = Mark("dash")
    if numbers[0].digits == 4:
        if numbers[1].digits == 4:
            return [Mark("yearpair", one)] if two == one + 1 else [Mark("year", one), dash, Mark("year", two)]
        next_year = (one + 1) % 100
        if (
            two == next_year
            and numbers[1].digits == 2
            and (two > 12 or _kind(before) == "season" or _kind(after) == "season")
        ):
            return [Mark("yearpair", one)]
        if two == next_year and sign != "." and numbers[1].digits == 2:
            return [Mark("year", one), Mark("month", frozenset({two, 0}))]
        if 1 <= two <= 12:
            return [Mark("month", two), Mark("year", one)]
        later = one // 100 * 100 + two
        return [Mark("year", one), dash, Mark("year", later)] if later > one and two > 12 else [Mark("badnumber")]
    if numbers[1].digits == 4:
        if one in range(1, 13):
            return [Mark("month", one), Mark("year", two)]
        return [Mark("badnumber")]
    if _kind(after) in ("month", "eithermonth", "hijrimonth") or (sign == "-" and _kind(before) == "month"):
        return [Mark("number", numbers[0]), dash, Mark("number", numbers[1])]
    if before is not None and before.kind == "unit" and before.value == "m":
        return [Mark("number", numbers[0]), dash, before, Mark("number", numbers[1])]
    if _kind(before) == "season" and numbers[0].digits == 2 and two == (one + 1) % 100:
        return [Mark("yearpair", _century(one))]
    if month_first_too and one <= 12 and two <= 12 and one != two:
        return [Mark("swap"), Mark("day", one), Mark("month", two)]
    if two > 12 >= one and month_first_too:
        one, two = two, one
    if not (1 <= one <= 31 and 1 <= two <= 12):
        return [Mark("badnumber")]
    return [Mark("day", one), Mark("month", two)]


def _century(two_digits: int) -> int:
    return 2000 + two_digits if two_digits <= 26 else 1900 + two_digits


def _with_units(found: Sequence[Mark], today: date) -> list[Mark]:
    """Years, months and days named with their unit, durations, and "last month" and its like."""
    done: list[Mark] = []
    at = 0
    while at < len(found):
        taken, made = _unit_here(found, at, today)
        done.extend(made)
        at += taken
    return done


def _unit_here(found: Sequence[Mark], at: int, today: date) -> tuple[int, list[Mark]]:
    mark = found[at]
    beside = found[at + 1] if at + 1 < len(found) else Mark("")
    third = found[at + 2] if at + 2 < len(found) else Mark("")
    match mark.kind:
        case "dual":
            if mark.value == "y" and _year_of(beside) is not None:
                return 1, []
            return _duration(2, mark.value, [beside], 1)
        case "onetime":
            return 1, [Mark("duration", Duration(1, mark.value))]
        case "relyear":
            return 1, [Mark("year", today.year + mark.value)]
        case "relday":
            return 1, _day_marks(today + timedelta(days=mark.value))
        case "yearpart":
            return 1, [Mark("part", mark.value)]
        case "decadeprefix" if (
            beside.kind == "number" and beside.value.value % 10 == 0 and 30 <= beside.value.value <= 90
        ):
            return 2, [Mark("decade", 1900 + int(beside.value.value))]
        case "number" if beside.kind == "unit" and not mark.value.ordinal and _year_of(mark) is None:
            return _duration(mark.value.value, beside.value, found[at + 2 : at + 4], 2)
        case "number" if beside.kind == "plushalf" and third.kind == "unit":
            return 3, [Mark("duration", Duration(mark.value.value + 0.5, third.value))]
        case "number" if beside.kind == "unit" and beside.value == "y" and _year_of(mark) is not None:
            return 2, [Mark("year", _year_of(mark))]
        case "number" if mark.value.ordinal and beside.kind == "unit" and beside.value in "md":
            return 2, [Mark("month" if beside.value == "m" else "day", int(mark.value.value))]
        case "ordinal" if beside.kind == "unit" and beside.value in "md":
            return 2, [Mark("month" if beside.value == "m" else "day", mark.value)]
        case "part" if mark.value in ("early", "late") and beside.kind == "unit" and beside.value == "d":
            return 2, [Mark("day", 1 if mark.value == "early" else LAST_DAY)]
        case "part" if (
            mark.value == "mid" and beside.kind == "unit" and beside.value == "y" and _counts_back(found, at)
        ):
            return 2, [Mark("duration", Duration(0.5, "y"))]
        case "unitago":
            return 1, [Mark("ago")]
        case "unit" if mark.value == "m" and at and found[at - 1].kind in ("month", "eithermonth", "hijrimonth"):
            return 1, []
        case "part" if (
            mark.value == "early" and beside.kind in ("since", "from") and third.kind in ("month", "eithermonth")
        ):
            return 2, [Mark("day", 1)]  # "أول من نيسان" is its first day, "أول نيسان" its beginning
        case "last" | "this" if beside.kind == "unit":
            return 2, _rel(mark, beside.value, today)
        case "unit" if beside.kind in ("last", "this"):
            return 2, _rel(beside, mark.value, today)
        case "unit":
            return _after_unit(mark.value, found, at)
        case _:
            return 1, [mark]


def _after_unit(unit: str, found: Sequence[Mark], at: int) -> tuple[int, list[Mark]]:
    """A unit and the number behind it: "شهر 3", "سنة 12", "meha 5an"; a unit alone may be one of it ("قبل سنة")."""
    beside = found[at + 1] if at + 1 < len(found) else Mark("")
    number = int(beside.value.value) if beside.kind == "number" else beside.value if beside.kind == "ordinal" else None
    if number is not None and unit == "m" and not (beside.kind == "number" and beside.value.digits == 4):
        return 2, [Mark("month", number) if 1 <= number <= 12 else Mark("badnumber")]
    if number is not None and unit == "d" and 1 <= number <= 31:
        return 2, [Mark("day", number)]
    if number is not None and unit == "y" and beside.kind == "number":
        if beside.value.digits == 2:
            return 2, [Mark("year", _century(number))]
        if beside.value.digits == 0 and number < 100:
            return 2, [Mark("unit", unit)]
    if beside.kind in ("before", "after") and at + 2 < len(found) and found[at + 2].kind in _ANCHORS:
        return 1, [Mark("duration", Duration(1, unit))]
    if at + 1 == len(found) and _anchored(found[:at]):
        return 1, [Mark("duration", Duration(1, unit))]
    if _counts_back(found, at):
        return _duration(1, unit, found[at + 1 : at + 3], 1, alone=True)
    if at + 1 < len(found) and found[at + 1].kind in ("plushalf", "ago"):
        return _duration(1, unit, found[at + 1 : at + 3], 1)
    return 1, [Mark("unit", unit)] if unit == "y" else []


def _counts_back(found: Sequence[Mark], at: int) -> bool:
    return at > 0 and found[at - 1].kind in ("before", "since", "ago", "after", "more", "less")


def _anchored(found: Sequence[Mark]) -> bool:
    """Whether "before" or "after" and a date stand there: what follows is how long ("بعد العيد بأسبوع")."""
    turns = [at for at, mark in enumerate(found) if mark.kind in ("before", "after")]
    return bool(turns) and any(
        mark.kind in ("feast", "event", "year", "month", "day", "hijrimonth") or _year_of(mark) is not None
        for mark in found[turns[0] + 1 :]
    )


def _duration(
    number: float, unit: str, after: Sequence[Mark], taken: int, alone: bool = False
) -> tuple[int, list[Mark]]:
    if after and after[0].kind == "plushalf":
        number, taken = number + 0.5, taken + 1
    elif len(after) > 1 and after[0].kind == "and" and after[1].kind == "part" and after[1].value == "mid":
        number, taken = number + 0.5, taken + 2
    if alone and after and (_year_of(after[0]) is not None or after[0].kind in _PARTS_OF_DATES):
        return taken, []
    if number > _MOST_UNITS:
        return taken, [Mark("word")]
    return taken, [Mark("duration", Duration(number, unit))]


def _rel(which: Mark, unit: str, today: date) -> list[Mark]:
    """Last year, this month, … as the year and month they are."""
    count = which.value if which.kind == "last" else 0
    if unit == "y":
        return [Mark("year", today.year - count)]
    if unit == "m":
        whole = today.year * 12 + today.month - 1 - count
        return [Mark("year", whole // 12), Mark("month", whole % 12 + 1)]
    if unit == "w":
        return [Mark("approxday"), *_day_marks(today - timedelta(days=7 * count))]
    return _day_marks(today - timedelta(days=count))


def _day_marks(day: date) -> list[Mark]:
    return [Mark("day", day.day), Mark("month", day.month), Mark("year", day.year)]


def _year_of(mark: Mark) -> int | None:
    if mark.kind == "year":
        return int(mark.value)
    if mark.kind != "number" or mark.value.value not in _YEARS:
        return None
    return int(mark.value.value)


def _with_numbers(found: Sequence[Mark]) -> list[Mark]:
    """Numbers that stand alone become a year, a month or a day by what is beside them; the rest say nothing."""
    done = _triples(found)
    for at, mark in enumerate(done):
        if mark.kind == "number":
            done[at] = _lone(done, at)
    return [mark for mark in done if mark.kind != "unit"]


def _triples(found: Sequence[Mark]) -> list[Mark]:
    """`15 3 2012`, `3 2012` and `2012 3` without signs."""
    done = list(found)
    for at in range(len(done)):
        run = 0
        while at + run < len(done) and done[at + run].kind == "number" and done[at + run].value.digits and run < 3:
            run += 1
        numbers = [done[at + n].value for n in range(run)]
        if run < 2 or (at and done[at - 1].kind in ("number", "month", "eithermonth")):
            continue
        if _kind(done[at + run] if at + run < len(done) else None) in ("month", "eithermonth", "hijrimonth"):
            continue
        if run == 3 and (numbers[0].digits == 4 or numbers[2].digits == 4):
            made = _three(numbers, month_first_too=False)
        elif run == 2 and {numbers[0].digits == 4, numbers[1].digits == 4} == {True, False}:
            year, other = sorted(numbers, key=lambda number: number.digits != 4)
            if not 1 <= other.value <= 12:
                continue
            made = [Mark("month", int(other.value)), Mark("year", int(year.value)), Mark("bare")]
        else:
            continue
        done[at : at + run] = made + [Mark("silent")] * (run - len(made)) if len(made) <= run else made
        break
    return [mark for mark in done if mark.kind != "silent"]


def _lone(found: Sequence[Mark], at: int) -> Mark:
    number: Number = found[at].value
    value = number.value
    if value != int(value):
        return Mark("stray")
    if number.digits == 4 or (number.digits == 0 and value >= 1000):
        if value in _HIJRI_YEARS:
            return Mark("hijriyear", int(value))
        return Mark("year", int(value)) if value in _YEARS else Mark("badnumber")
    beyond = at + 2 if at + 1 < len(found) and found[at + 1].kind in ("since", "from") else at + 1
    before, after = (found[near] if 0 <= near < len(found) else Mark("") for near in (at - 1, beyond))
    months = ("month", "eithermonth", "hijrimonth")
    if before.kind == "born" and number.digits == 2:
        return Mark("year", _century(int(value)))
    if after.kind in months or before.kind in months or (before.kind == "weekday" and after.kind in months):
        if before.kind in months and at >= 2 and found[at - 2].kind == "day" and number.digits == 2:
            return Mark("year", _century(int(value)))
        if value > 31 and number.digits == 2 and before.kind in months:
            return Mark("year", _century(int(value)))
        return Mark("day", int(value)) if 1 <= value <= 31 else Mark("badnumber")
    if number.leans and number.digits == 2:
        return Mark("year", _century(int(value)))
    if number.ordinal and value <= 31 and not any(mark.kind in _PARTS_OF_DATES for mark in found):
        return Mark("day", int(value))
    joins = ("and", "or", "to", "dash", "until")
    if (
        after.kind in joins
        and 1 <= value <= 31
        and any(mark.kind in ("day", *months) for mark in found[at + 1 : at + 5])
    ):
        return Mark("day", int(value))
    if before.kind in joins and 1 <= value <= 31 and any(mark.kind == "day" for mark in found[:at]):
        return Mark("day", int(value))
    if before.kind in joins and 1 <= value <= 12 and any(mark.kind == "month" for mark in found[:at]):
        return Mark("month", int(value))
    return Mark("stray")


# -- clusters and operators ----------------------------------------------------------------------------------------------


def _items(found: Sequence[Mark], postpositional: bool) -> list[Item]:
    gathered: list[Item] = []
    current: Cluster | None = None
    about = False
    for at, mark in enumerate(found):
        if mark.kind == "duration" or mark.kind in OPERATORS or mark.kind == "dash":
            if current is not None and _is_glue(found, at, current):
                continue
            if mark.kind in ("before", "after") and not postpositional and not _followed(found, at):
                continue
            operator = Operator(mark.kind, _is_loose(found, at, postpositional))
            gathered.append(mark.value if mark.kind == "duration" else operator)
            current = None
        elif mark.kind == "approxday":
            about = True
        elif _leans_on_nothing(found, at):
            continue
        elif current is None or not _add(current, mark):
            fresh = Cluster(year_mark="~" if about else "")
            if _add(fresh, mark):
                gathered.append(fresh)
                current = fresh
    return gathered


def _leans_on_nothing(found: Sequence[Mark], at: int) -> bool:
    """Whether "early", "the first" or "last" stands beside no date that it could be said of."""
    kind = found[at].kind
    if kind == "part":
        return not _touches(found, at)
    return kind in ("ordinal", "last", "this") and not _kind_near(found, at)


def _followed(found: Sequence[Mark], at: int) -> bool:
    """Whether a date or a duration comes after "before" or "after"; "after the prayer" says nothing."""
    return any(mark.kind in _PARTS_OF_DATES or mark.kind == "duration" for mark in found[at + 1 :])


def _kind_near(found: Sequence[Mark], at: int) -> bool:
    """Whether a mark that leans on a date has one beside it."""
    after = at + 2 if _kind(found[at + 1] if at + 1 < len(found) else None) in ("since", "from") else at + 1
    near = [found[where].kind for where in (at - 1, after) if 0 <= where < len(found)]
    return any(kind in _PARTS_OF_DATES for kind in near)


def _touches(found: Sequence[Mark], at: int) -> bool:
    after = at + 2 if _kind(found[at + 1] if at + 1 < len(found) else None) == "dash" else at + 1
    near = [found[where].kind for where in (at - 1, after) if 0 <= where < len(found)]
    return any(kind in _PARTS_OF_DATES and kind != "part" for kind in near)


def _is_glue(found: Sequence[Mark], at: int, current: Cluster) -> bool:
    """Whether "of"/"from", a weak "to" or a hyphen only joins one date's own words."""
    if found[at].kind not in ("since", "from", "to", "dash") or at + 1 >= len(found):
        return False
    beside = found[at + 1]
    if beside.kind not in _PARTS_OF_DATES or beside.kind in ("feast", "event"):
        return False
    return _room_for(current, beside)


def _room_for(cluster: Cluster, mark: Mark) -> bool:
    """Whether a mark says something the cluster does not say yet, and something coarser than it."""
    match mark.kind:
        case "year" | "yearpair":
            return cluster.year is None and cluster.decade is None and cluster.hijri_year is None
        case "hijriyear":
            return cluster.hijri_year is None and cluster.year is None
        case "month" | "eithermonth":
            return cluster.month is None and cluster.season is None and cluster != Cluster()
        case "hijrimonth":
            return cluster.hijri_month is None and cluster.day is not None
        case "season":
            return cluster.season is None and cluster.month is None
        case "whicheid":
            return cluster.feast == "eid"
        case _:
            return False


def _is_loose(found: Sequence[Mark], at: int, postpositional: bool) -> bool:
    """Whether "before" or "after" belongs to words of no list rather than to the date."""
    if found[at].kind not in ("before", "after"):
        return False
    if postpositional:
        return at > 0 and found[at - 1].kind in ("word", "none")
    return at + 1 < len(found) and found[at + 1].kind in ("word", "none")


#: marks that fill the field of their name unless it says something else already
_FIELDS: Mapping[str, str] = {
    "year": "year", "day": "day", "season": "season", "half": "half", "event": "event", "weekday": "weekday",
}  # fmt: skip
_FLAGS: Mapping[str, str] = {
    "eve": "eve",
    "swap": "swappable",
    "badnumber": "impossible",
    "bare": "bare",
    "hijri": "hijri",
}


def _add(cluster: Cluster, mark: Mark) -> bool:
    """Adds what a mark says; False where the cluster says something else of it already, or the mark says nothing."""
    if mark.kind in _FLAGS:
        setattr(cluster, _FLAGS[mark.kind], True)
        return True
    special = _SPECIAL.get(mark.kind)
    if special is not None:
        return special(cluster, mark.value)
    name = _FIELDS.get(mark.kind)
    if name is None or getattr(cluster, name) not in (None, mark.value):
        return False
    if name == "year" and cluster.decade is not None:
        return False
    setattr(cluster, name, mark.value)
    return True


def _add_year_pair(cluster: Cluster, value: int) -> bool:
    if cluster.year is not None:
        return False
    cluster.year, cluster.year_pair = value, True
    return True


def _add_hijri_year(cluster: Cluster, value: int) -> bool:
    if cluster.hijri_year is not None:
        return False
    cluster.hijri_year, cluster.hijri = value, True
    return True


def _add_hijri_month(cluster: Cluster, value: int) -> bool:
    if cluster.feast == "eid" and value == _RAMADAN:
        return _add_feast(cluster, "fitr")
    if cluster.hijri_month not in (None, value):
        return False
    cluster.hijri_month = value
    return True


def _add_season_part(cluster: Cluster, value: tuple[int, str]) -> bool:
    if cluster.season is not None:
        return False
    cluster.season, cluster.part = value
    return True


def _add_part(cluster: Cluster, value: str) -> bool:
    if value == "early" and cluster.month is not None and len(cluster.month) > 1:
        return _add_ordinal(cluster, 1)
    if cluster.part not in (None, value):
        return False
    cluster.part = value
    return True


def _add_which_eid(cluster: Cluster, value: str) -> bool:
    if cluster.feast != "eid":
        return False
    cluster.which_eid = value
    return True


def _add_decade(cluster: Cluster, value: int) -> bool:
    if cluster.decade is not None or cluster.year is not None:
        return False
    cluster.decade = value
    return True


def _add_last(cluster: Cluster, value: int | str) -> bool:
    cluster.last = value if isinstance(value, int) else 0
    return True


def _add_month(cluster: Cluster, value: Any) -> bool:
    months = frozenset(value) if isinstance(value, tuple | frozenset) else frozenset({value})
    if cluster.month is None:
        cluster.month = months
        return True
    both = cluster.month & months
    if both and (len(cluster.month) > 1 or len(months) > 1 or cluster.month == months):
        cluster.month = both
        return True
    return False


def _add_feast(cluster: Cluster, value: str) -> bool:
    if cluster.feast is None or (cluster.feast == "eid" and value in ("fitr", "adha")):
        cluster.feast = value
    elif cluster.feast not in (value, "fitr", "adha") or value not in (cluster.feast, "eid"):
        return False
    return True


def _add_ordinal(cluster: Cluster, value: int) -> bool:
    """ "The first" is the first or second of two months of one name, a day of a month, or a beginning."""
    if cluster.month is not None and len(cluster.month) > 1 and value in (1, 2):
        first = 10 if 10 in cluster.month else 12
        cluster.month = frozenset({first if value == 1 else (11 if first == 10 else 1)})
    elif cluster.day is None and cluster.part is None:
        cluster.day = value
    else:
        return False
    return True


_SPECIAL: Mapping[str, Callable[[Cluster, Any], bool]] = {
    "yearpair": _add_year_pair,
    "hijriyear": _add_hijri_year,
    "hijrimonth": _add_hijri_month,
    "month": _add_month,
    "eithermonth": _add_month,
    "seasonpart": _add_season_part,
    "part": _add_part,
    "feast": _add_feast,
    "whicheid": _add_which_eid,
    "decade": _add_decade,
    "ordinal": _add_ordinal,
    "last": _add_last,
    "this": _add_last,
}


def _small(mark: Mark, most: int) -> bool:
    return mark.kind == "number" and mark.value.value <= most


def _kind(mark: Mark | None) -> str:
    return mark.kind if mark is not None else ""
