"""The moment of an appointment: by whose clock it is read, which moments there are, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from flows.asking import preview
from flows.languages import offered
from flows.letters import Letter, restore_letter, save_letter
from flows.letters.moments import day_of, moment_of
from flows.letters.templates import every_template, problem
from flows.load import load_form
from flows.reading.display import city_of
from flows.reminding.clocks import agreed, clocks

FORM = load_form(recipients=("icmp",), languages=offered())
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
BERLIN = {"at": "2027-01-12T14:30", "zone": "Europe/Berlin"}
EARLIER = "c" * 32


def letter(template: str = "appointment_call", words: str = "", replaces: str = "", **values: str) -> Letter:
    return Letter("a" * 32, "b" * 32, "message", template, values or BERLIN, words, replaces=replaces)


def read(one: Letter, zones: tuple[str, ...], language: str = "en") -> str:
    text = preview(FORM, one, language, AT, {}, zones).text
    return "".join(sign for sign in text if sign not in "\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        (("Europe/Berlin",), "on 12 January 2027 at 14:30."),
        (("Europe/Istanbul",), "on 12 January 2027 at 16:30."),
        (("Europe/Paris", "Europe/Berlin"), "on 12 January 2027 at 14:30."),
        (("Australia/Sydney",), "on 13 January 2027 at 00:30."),
        (("America/New_York", "America/Los_Angeles"), "on 12 January 2027 at 14:30 (Berlin time)."),
        ((), "on 12 January 2027 at 14:30 (Berlin time)."),
    ],
)
def test_the_family_reads_it_by_its_own_clock_or_by_one_that_is_named(zones: tuple[str, ...], told: str) -> None:
    assert read(letter(), zones) == f"Your appointment for a call with the team is {told}"


def test_the_hour_that_was_agreed_on_stays_when_the_clocks_are_changed() -> None:
    winter, summer = letter(), letter(at="2027-06-12T14:30", zone="Europe/Berlin")
    assert moment_of(winter.values) == datetime(2027, 1, 12, 13, 30, tzinfo=UTC)
    assert moment_of(summer.values) == datetime(2027, 6, 12, 12, 30, tzinfo=UTC)
    assert "at 14:30" in read(summer, ("Europe/Berlin",))
    assert "at 15:30" in read(summer, ("Europe/Istanbul",)), "which keeps its clocks"
    assert day_of(winter.values, ("Australia/Sydney",)) == date(2027, 1, 13)


@pytest.mark.parametrize(
    "values",
    [
        {"at": "2027-03-28T02:30", "zone": "Europe/Berlin"},  # the clocks are put forward: there is no such hour
        {"at": "2027-10-31T02:30", "zone": "Europe/Berlin"},  # and back: it comes twice
        {"at": "2027-02-30T14:30", "zone": "Europe/Berlin"},
        {"at": "2027-02-03 14:30", "zone": "Europe/Berlin"},
        {"at": "2027-2-3T14:30", "zone": "Europe/Berlin"},
        {"at": "2027-02-03T14:30+01:00", "zone": "Europe/Berlin"},
        {"at": "2027-02-03T14:30", "zone": "CET"},
        {"at": "2027-02-03T14:30", "zone": "../../etc/passwd"},
        {"at": "2027-02-03T14:30", "zone": "Etc/GMT+1"},
        {"at": "2027-02-03T14:30", "zone": ""},
        {"at": "2027-02-03T14:30"},
        {"day": "2027-02-03"},
    ],
)
def test_what_is_no_moment_is_not_sent(values: dict[str, str]) -> None:
    assert moment_of(values) is None
    assert problem(FORM, letter(**values)) == "values"


@pytest.mark.parametrize(
    ("template", "words", "replaces", "refused"),
    [
        ("appointment_call", "", "", None),
        ("appointment_call", "", EARLIER, "replaces"),
        ("appointment_visit", "", "", "words"),
        ("appointment_visit", "Room 5", "", None),
        ("moved_call", "", "", "replaces"),
        ("moved_call", "", EARLIER, None),
        ("moved_visit", "Room 5", EARLIER, None),
        ("read", "", EARLIER, "values"),
    ],
)
def test_what_changes_an_appointment_says_which(template: str, words: str, replaces: str, refused: str | None) -> None:
    assert problem(FORM, letter(template, words, replaces)) == refused


def test_calling_off_may_name_the_appointment_and_says_its_day() -> None:
    for replaces in ("", EARLIER):
        off = letter("appointment_off", replaces=replaces, day="2027-01-12")
        assert problem(FORM, off) is None
        assert "12 January 2027 cannot take place" in read(off, ())


def test_which_letter_it_makes_untrue_survives_being_saved() -> None:
    one = letter("moved_visit", "Room 5", EARLIER)
    assert restore_letter(one.id, one.report, one.kind, save_letter(one)) == one
    before = {name: value for name, value in save_letter(one).items() if name != "replaces"}
    assert restore_letter(one.id, one.report, one.kind, before).replaces == "", "as an earlier version saved it"


@pytest.mark.parametrize("language", offered())
def test_day_hour_and_city_are_said_in_every_language(language: str) -> None:
    named = [name for name, one in every_template().items() if one.is_appointment]
    assert sorted(named) == ["appointment_call", "appointment_visit", "moved_call", "moved_visit"]
    for name in named:
        one = letter(name, "x", "" if name.startswith("appointment") else EARLIER)
        own, by_city = read(one, ("Europe/Istanbul",), language), read(one, (), language)
        assert "16:30" in own
        assert "2027" in own
        assert "14:30" in by_city
        assert city_of("Europe/Berlin", language) in by_city
        assert city_of("Europe/Berlin", language) not in own


def test_every_clock_has_a_city_and_no_clock_is_a_bare_abbreviation() -> None:
    assert all(city_of(zone, "ar") for zone in clocks())
    assert "Asia/Damascus" in clocks()
    assert not {"UTC", "CET", "EST5EDT"} & clocks()
    assert agreed(AT, ()) is None
