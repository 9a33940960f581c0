"""When we may write by ourselves: hours by a family's own clock, days that hurt, caps, what is late. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from flows.conversation import Claim, Conversation
from flows.languages import offered, say
from flows.load import load_form
from flows.reminders import reminder_screen
from flows.reminding.deciding import Drop, Later, Send, Standing, decide, due
from flows.reminding.hours import is_eid, is_open, is_ramadan, last_open, next_open
from flows.reminding.kinds import APPOINTMENT, KINDS, QUESTION, SAFETY, UNFINISHED
from flows.reminding.rhythm import Rhythm, rhythm_of, week_of
from flows.reminding.wording import TELLING, complaints
from flows.reminding.zones import zones_of

ZONES = (
    *("Asia/Damascus", "Europe/Berlin", "Europe/Istanbul", "Asia/Beirut", "Asia/Amman", "America/New_York"),
    *("America/Los_Angeles", "Europe/London", "Australia/Sydney", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Cairo"),
)
moments = some.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
rhythms = some.builds(
    lambda zone, weeks: Rhythm((zone,), frozenset(weeks)),
    some.sampled_from(ZONES),
    some.sets(some.integers(0, 52), max_size=3),
)
BERLIN = Rhythm(("Europe/Berlin",))


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@given(moments, rhythms)
def test_whatever_the_moment_the_next_good_hour_is_one(moment: datetime, rhythm: Rhythm) -> None:
    found = next_open(moment, rhythm)
    assert found is not None
    assert found >= moment
    assert is_open(found, rhythm)
    local = found.astimezone(ZoneInfo(rhythm.zones[0]))
    assert 10 <= local.hour < 20
    assert not (local.weekday() == 4 and local.hour < 14)
    assert (local.month, local.day) not in ((3, 21), (8, 30))
    assert week_of(local.date()) not in rhythm.weeks
    if is_ramadan(local.date()):
        assert 11 <= local.hour < 17
    assert not is_eid(local.date())


@given(moments, rhythms, some.timedeltas(timedelta(minutes=1), timedelta(days=9)))
def test_no_good_hour_is_passed_over(moment: datetime, rhythm: Rhythm, further: timedelta) -> None:
    found = next_open(moment, rhythm)
    assert found is not None
    between = moment + further
    assert between >= found or not is_open(between, rhythm)


@given(moments)
@settings(max_examples=60)
def test_what_comes_before_an_appointment_is_never_after_it(moment: datetime) -> None:
    found = last_open(moment, BERLIN, moment - timedelta(days=7))
    assert found is None or (found <= moment and is_open(found, BERLIN))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2027-03-27T21:00", "2027-03-28T10:00"),  # the clocks go forward in that night
        ("2027-10-30T21:00", "2027-10-31T10:00"),  # and back in this one
        ("2027-01-15T10:30", "2027-01-15T14:00"),  # a Friday
        ("2027-02-20T18:00", "2027-02-21T11:00"),  # Ramadan
        ("2027-03-07T16:30", "2027-03-07T16:30"),  # its last days may still be Ramadan
        ("2027-03-07T16:55", "2027-03-13T10:00"),  # then the Eid and a day on either side
        ("2027-03-21T12:00", "2027-03-22T10:00"),  # Mother's Day
        ("2027-08-30T12:00", "2027-08-31T10:00"),
    ],
)
def test_hours_that_people_know(local: str, expected: str) -> None:
    found = next_open(at(local), BERLIN)
    assert found is not None
    assert found.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M") == expected


def test_a_wide_country_is_written_to_when_all_its_clocks_agree() -> None:
    america = Rhythm(zones_of("US", ()))
    found = next_open(at("2027-01-12T06:00", "America/New_York"), america)
    assert found is not None
    assert found.astimezone(ZoneInfo("America/New_York")).hour == 13
    assert zones_of("DE", ()) and "Europe/Berlin" in zones_of("DE", ())  # noqa: PT018
    assert zones_of(None, ("X",)) == zones_of("??", ("X",)) == ("X",)
    for country in (
        "SY",
        "TR",
        "LB",
        "JO",
        "IQ",
        "DE",
        "SE",
        "NL",
        "US",
        "CA",
        "RU",
        "AU",
        "BR",
        "EG",
        "SD",
        "LY",
        "GR",
        "ES",
    ):
        days = [next_open(at(f"2027-01-{day}T00:00"), Rhythm(zones_of(country, ()))) for day in (11, 12, 13)]
        assert all(days), country


NOON = at("2027-01-12T12:00")
STANDING = Standing(
    BERLIN, due=NOON, base=NOON - timedelta(days=3), step=0, agreed=True, heard=NOON - timedelta(days=3)
)


@pytest.mark.parametrize(
    ("kind", "changed", "expected"),
    [
        ("unfinished", {}, Send()),
        ("unfinished", {"agreed": False}, Drop("not_agreed")),
        ("question", {"agreed": False}, Send()),
        ("question", {"quiet": True}, Drop("quiet")),
        ("appointment", {"quiet": True}, Drop("quiet")),
        ("safety", {"reachable": False}, Drop("unreachable")),
        ("question", {"due": NOON - timedelta(hours=49)}, Drop("late")),
        ("question", {"due": NOON - timedelta(hours=47)}, Send()),
        ("unfinished", {"heard": NOON - timedelta(days=91)}, Drop("silence")),
        ("digest", {"heard": NOON - timedelta(days=300)}, Send()),
        ("question", {"held": NOON + timedelta(days=2)}, Later(NOON.astimezone(UTC) + timedelta(days=2))),
        ("question", {"written": [NOON - timedelta(days=6)]}, Later(NOON.astimezone(UTC) + timedelta(days=1))),
        ("question", {"written": [NOON - timedelta(days=8)]}, Send()),
        (
            "question",
            {"written": [NOON - timedelta(days=360 - 25 * n) for n in range(12)]},
            Later(NOON.astimezone(UTC) + timedelta(days=5)),
        ),
        ("appointment", {"base": NOON + timedelta(hours=3), "written": [NOON - timedelta(days=1)]}, Send()),
        ("appointment", {"base": NOON - timedelta(minutes=1)}, Drop("past")),
        ("contact", {"heard": NOON - timedelta(days=100), "base": NOON - timedelta(days=365)}, "later"),
        (
            "contact",
            {"step": 1, "base": NOON - timedelta(days=395), "heard": NOON - timedelta(days=3)},
            Drop("answered"),
        ),
    ],
)
def test_the_rules(kind: str, changed: dict[str, object], expected: object) -> None:
    found = decide(KINDS[kind], replace(STANDING, **changed), NOON)  # type: ignore[arg-type]
    assert found == expected or (expected == "later" and isinstance(found, Later))


@given(moments, rhythms, some.lists(moments, max_size=15), some.sampled_from([UNFINISHED, QUESTION, SAFETY]))
def test_what_goes_keeps_to_hours_and_caps(
    moment: datetime, rhythm: Rhythm, written: list[datetime], kind: object
) -> None:
    past = [one for one in written if one < moment]
    standing = Standing(rhythm, due=moment, base=moment, step=0, agreed=True, written=past)
    decision = decide(kind, standing, moment)  # type: ignore[arg-type]
    if isinstance(decision, Send):
        assert is_open(moment, rhythm)
        assert all(moment - one >= timedelta(days=7) for one in past)
        assert sum(moment - one < timedelta(days=365) for one in past) < 12
    else:
        assert isinstance(decision, Later)
        assert is_open(decision.at, rhythm)


def test_three_hours_before_a_morning_appointment_is_the_evening_before() -> None:
    appointment = at("2027-01-13T10:00")
    found = due(APPOINTMENT, 1, appointment, BERLIN, at("2027-01-10T10:00"))
    assert found.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M") == "12 19:45"


def test_what_is_kept_of_the_answers_is_weeks_in_no_order() -> None:
    flow = load_form()
    begun = Conversation("c" * 32, "en", NOON)
    day = {"type": "date", "edtf": "2013-05-04", "earliest": "2013-05-04", "latest": "2013-05-04"}
    for name, value in (
        ("my_country", {"type": "place", "text": "Germany", "code": "DE", "name": "Germany"}),
        ("when", day),
        ("birth", {**day, "edtf": "1990-11"}),
    ):
        begun = begun.with_claim(Claim(name, "answered", NOON, value=value))
    found = rhythm_of(flow, begun, ("Asia/Damascus",))
    assert found is not None
    assert "Europe/Berlin" in found.zones
    assert found.weeks == {week_of(date(2013, 5, 4))}
    assert Rhythm.restored(found.saved()) == found
    assert rhythm_of(flow, Conversation("c" * 32, "en", NOON), ("Asia/Damascus",)) is None


@pytest.mark.parametrize("language", offered())
def test_what_we_say_by_ourselves_gives_nothing_away_and_can_be_stopped(language: str) -> None:
    for kind in KINDS:
        for above in (False, True):
            screen = reminder_screen(kind, on=date(2027, 1, 12), at="14:00", above=above)
            text = " ".join(say(line, language, {}) for line in screen.lines).lower()
            assert not [word for word in TELLING[language] if word in text]
            assert screen.rows[-1][0].press == "q"


def test_a_broadcast_is_told_all_its_mistakes() -> None:
    texts = {"en": "The Example Centre writes about missing people: https://example.org", "tr": "x"}
    found = list(complaints(texts, ("en", "ar"), {"en": "Example Centre"}))
    assert len(found) == 5
    assert not list(
        complaints({"en": "Nobody of us asks for money.", "ar": "لا أحد منا يطلب المال."}, ("en", "ar"), {})
    )
