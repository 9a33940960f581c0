"""An appointment at the desk: a plain form, the remedy for each slip, the family's view of it; moving it and calling it off."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from desk import sayings
from desk.appointments import read
from desk.desk import Desk
from desk.keys import Identity
from desk.returning import _request
from desk.web import console
from desk.words import NOT_SAID, words_in
from tests.desk.desks import Clock, keep
from tests.desk.fakes import Sender, Served, a_full_report
from tests.desk.test_desk_talk import REPORT, TALK, becomes, post, said

#: The desk's clock in these tests stands at 21 September 2026, 14:13 UTC; the family is in Türkiye.
NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
FORM = {"channel": "call", "day": "2026-10-12", "time": "14:30", "clock": "Europe/Istanbul", "words": ""}
VISIT = FORM | {"channel": "visit", "words": "الغرفة 5، الطابق الثاني"}
SET = f"/cases/{REPORT}/appointments"
ISOLATES = re.compile("[\u2066-\u2069]")


@pytest.fixture
def case(desk: Desk, identity: Identity, sender: Sender, jonas: httpx.Client) -> httpx.Client:
    """Jonas, with Samira's report."""
    assert int(NOW.timestamp()) == desk.store.now()
    keep(desk.store, identity, sender, a_full_report())
    return jonas


def seen(client: httpx.Client) -> list[str]:
    """The sayings on the page as the family sees them, newest first."""
    bubbles = re.findall(r'<div class="bubble".*?</div>', client.get(TALK).text, re.DOTALL)
    return [ISOLATES.sub("", html.unescape(re.sub("<[^>]+>", "", one))) for one in bubbles]


def stands(case: httpx.Client, desk: Desk, state: str = "read", **given: str) -> str:
    """An appointment that its family has got; its id."""
    assert post(case, SET, **(FORM | given)).status_code == 303
    newest = said(desk.store)[0]
    assert post(case, f"/sayings/{newest.id}/release").status_code == 303
    becomes(desk.store, newest.id, state)
    return newest.id


def test_the_form_needs_no_script_and_names_the_familys_clock_first(case: httpx.Client) -> None:
    page = case.get(TALK).text
    form = re.search(rf'<form method="post" action="{SET}".*?</form>', page, re.DOTALL)
    assert form
    assert re.findall(r'name="(\w+)"', form[0]) == ["csrf", "channel", "day", "time", "clock", "words"]
    assert 'type="date"' in form[0]
    assert 'type="time"' in form[0]
    clocks = re.findall(r'<option value="([^"]*/[^"]*)"[^>]*>([^<]*)', form[0])
    assert clocks[0] == ("Europe/Istanbul", "Istanbul (the family's clock)")
    assert ("Asia/Damascus", "Damascus") in clocks
    assert "<script" not in page


def test_it_is_seen_in_the_familys_language_by_its_clock_before_it_goes(case: httpx.Client, desk: Desk) -> None:
    assert post(case, SET, **(VISIT | {"clock": "Europe/Berlin"})).status_code == 303
    [visit] = said(desk.store)
    assert (visit.state, visit.body["values"]) == ("proposed", {"at": "2026-10-12T14:30", "zone": "Europe/Berlin"})
    [bubble] = seen(case)
    assert "موعد زيارتكم للفريق هو 12 تشرين الأول (10) 2026 الساعة 15:30." in bubble
    assert "الغرفة 5، الطابق الثاني" in bubble
    assert "Set for 12 Oct 2026, 14:30 by the clock of Berlin" in case.get(TALK).text
    with desk.store.engine.begin() as connection:
        assert sayings.released(connection, desk.store) == []
    assert post(case, f"/sayings/{visit.id}/release").status_code == 303
    with desk.store.engine.begin() as connection:
        [released] = sayings.released(connection, desk.store)
    request = _request(released)
    assert (request["template"], request["values"]) == ("appointment_visit", visit.body["values"])
    assert "replaces" not in request


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"channel": ""}, "channel"),
        ({"channel": "sms"}, "channel"),
        ({"day": ""}, "day"),
        ({"day": "12.10.2026"}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"time": ""}, "time"),
        ({"time": "2 pm"}, "time"),
        ({"time": "25:00"}, "time"),
        ({"clock": ""}, "clock"),
        ({"clock": "Mars/Phobos"}, "clock"),
        ({"day": "2027-03-28", "time": "02:30", "clock": "Europe/Berlin"}, "clock_change"),
        ({"day": "2026-10-25", "time": "02:30", "clock": "Europe/Berlin"}, "clock_change"),
        ({"day": "2026-09-21", "time": "17:13"}, "past"),
        ({"day": "2020-01-01"}, "past"),
        ({"day": "2027-09-23"}, "far"),
        ({"day": "9999-12-31"}, "far"),
        ({"channel": "visit"}, "place"),
        ({"channel": "visit", "words": " \n"}, "place"),
        ({"words": "We found him"}, "words_forbidden"),
        ({"words": "see https://x.example"}, "words_plain"),
        ({"words": "x" * 301}, "words_long"),
        ({"replaces": "f" * 32}, "changed_since"),
    ],
)
def test_each_slip_has_its_remedy_and_what_was_written_stays(
    case: httpx.Client, desk: Desk, given: dict[str, str], problem: str
) -> None:
    answer = post(case, SET, **(FORM | given))
    assert answer.status_code == 422
    assert NOT_SAID[problem] in html.unescape(answer.text)
    assert said(desk.store) == []
    if problem not in ("day", "changed_since"):
        assert f'value="{(FORM | given)["day"]}"' in answer.text
    if problem == "past":
        assert '<option value="Europe/Istanbul" selected>' in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {"day": "٢٠٢٦-١٠-١٢", "time": "١٤:٣٠"},
        {"day": "۲۰۲۶/۱۰/۱۲", "time": "۱۴.۳۰"},
        {"day": "\u200e2026-10-12\u200f", "time": " 14:30:00 "},
        {"day": "2026.10.12", "time": "14:30"},
    ],
)
def test_digits_of_any_script_are_read(given: dict[str, str]) -> None:
    written = read(FORM | given, NOW, moves=False)
    assert written.values == {"at": "2026-10-12T14:30", "zone": "Europe/Istanbul"}


def test_a_minute_later_by_the_chosen_clock_is_not_past() -> None:
    today = FORM | {"day": "2026-09-21", "time": "17:14"}
    assert read(today, NOW, moves=False).problem == ""
    assert read(today | {"clock": "Asia/Dubai"}, NOW, moves=False).problem == "past"
    assert read(today | {"clock": "Europe/Berlin"}, NOW, moves=False).problem == ""


def test_it_is_not_let_go_once_its_moment_is_over(case: httpx.Client, desk: Desk, clock: Clock) -> None:
    post(case, SET, **(FORM | {"day": "2026-09-21", "time": "17:20"}))
    clock.at += 600
    [late] = said(desk.store)
    refused = post(case, f"/sayings/{late.id}/release")
    assert refused.status_code == 409
    assert NOT_SAID["past"] in refused.text
    assert said(desk.store)[0].state == "proposed"
    assert post(case, f"/sayings/{late.id}/drop").status_code == 303


@pytest.mark.parametrize("state", ["posted", "delivered", "held", "unreachable", "read"])
def test_it_is_moved_with_the_form_filled_in_and_the_new_one_names_the_old(
    case: httpx.Client, desk: Desk, state: str
) -> None:
    first = stands(case, desk, state, **VISIT)
    page = case.get(TALK).text
    assert f'<input type="hidden" name="replaces" value="{first}">' in page
    assert page.count('value="2026-10-12"') == 1
    moved = post(case, SET, **(VISIT | {"day": "2026-10-14", "replaces": first}))
    assert moved.status_code == 303
    newest, _ = said(desk.store)
    assert (newest.body["template"], newest.body["replaces"]) == ("moved_visit", first)
    assert "تغيّر موعدكم مع الفريق. هو الآن زيارة للفريق، في 14" in seen(case)[0]
    assert f'name="replaces" value="{first}"' not in case.get(TALK).text, "one change at a time"
    post(case, f"/sayings/{newest.id}/release")
    with desk.store.engine.begin() as connection:
        [released] = sayings.released(connection, desk.store)
    assert json.loads(json.dumps(_request(released)))["replaces"] == first
    becomes(desk.store, newest.id, "delivered")
    page = case.get(TALK).text
    assert f'action="/sayings/{newest.id}/revoke"' not in page, "what it made untrue does not become true again"
    assert post(case, f"/sayings/{newest.id}/revoke").status_code == 409
    assert f'name="replaces" value="{newest.id}"' in page, "but it can be moved once more"
    assert post(case, SET, **(FORM | {"replaces": first})).status_code == 422


def test_a_visit_becomes_a_call(case: httpx.Client, desk: Desk) -> None:
    first = stands(case, desk, **VISIT)
    assert post(case, SET, **(FORM | {"replaces": first})).status_code == 303
    assert said(desk.store)[0].body["template"] == "moved_call"
    assert "هو الآن مكالمة" in seen(case)[0]


def test_a_slip_while_moving_opens_the_form_again_with_what_was_written(case: httpx.Client, desk: Desk) -> None:
    first = stands(case, desk)
    answer = post(case, SET, **(FORM | {"day": "2026-09-01", "replaces": first}))
    assert answer.status_code == 422
    opened = re.search(r"<details open>.*?</details>", answer.text, re.DOTALL)
    assert opened
    assert 'value="2026-09-01"' in opened[0]
    assert answer.text.count('value="2026-09-01"') == 1


def test_it_is_called_off_after_a_second_look(case: httpx.Client, desk: Desk) -> None:
    first = stands(case, desk, time="23:30", clock="Europe/Berlin")
    assert post(case, f"/sayings/{first}/call-off").status_code == 303
    off, _ = said(desk.store)
    assert off.state == "proposed"
    assert off.body["values"] == {"day": "2026-10-13"}, "by the family's clock it is the next day"
    assert (off.body["template"], off.body["replaces"]) == ("appointment_off", first)
    assert "تعذّر الموعد المحدد في 13" in seen(case)[0]
    assert post(case, f"/sayings/{first}/call-off").status_code == 409, "once"
    post(case, f"/sayings/{off.id}/drop")
    assert f'action="/sayings/{first}/call-off"' in case.get(TALK).text, "given up, it stands again"


@pytest.mark.parametrize("state", ["proposed", "released", "refused", "revoked"])
def test_what_has_not_arrived_or_was_taken_back_is_neither_moved_nor_called_off(
    case: httpx.Client, desk: Desk, state: str
) -> None:
    first = stands(case, desk, state)
    assert f'action="/sayings/{first}/call-off"' not in case.get(TALK).text
    assert post(case, f"/sayings/{first}/call-off").status_code == 409
    assert post(case, SET, **(FORM | {"replaces": first})).status_code == 422


def test_what_is_over_and_what_is_no_appointment_cannot_be_called_off(
    case: httpx.Client, desk: Desk, clock: Clock
) -> None:
    first = stands(case, desk, day="2026-09-21", time="17:20")
    clock.at += 600
    assert post(case, f"/sayings/{first}/call-off").status_code == 409
    post(case, f"/cases/{REPORT}/letters", kind="message", template="read")
    assert post(case, f"/sayings/{said(desk.store)[0].id}/call-off").status_code == 409
    assert post(case, f"/sayings/{'e' * 32}/call-off").status_code == 404
    assert post(case, f"/cases/{'f' * 32}/appointments", **FORM).status_code == 404


def test_a_family_that_named_no_country_reads_the_hour_with_its_city(
    desk: Desk, identity: Identity, sender: Sender, jonas: httpx.Client
) -> None:
    report = a_full_report()
    enquirer = report["enquirer"]
    enquirer["claims"] = [one for one in enquirer["claims"] if one["field"] != "enquirer.country"]
    keep(desk.store, identity, sender, report)
    assert "has not said in which country" in jonas.get(TALK).text
    assert post(jonas, SET, **(FORM | {"clock": "Europe/Berlin"})).status_code == 303
    assert "14:30 (بتوقيت برلين)" in seen(jonas)[0]


def test_the_page_speaks_arabic(case: httpx.Client, desk: Desk, served_console: Served) -> None:
    served_console.app.app = console(replace(desk, words=words_in("ar")))
    first = stands(case, desk)
    page = case.get(TALK).text
    for words in ("تحديد موعد", "بتوقيت", "إسطنبول (توقيت العائلة)", "نقله", "إلغاؤه", "محدد في"):
        assert words in page
    assert 'dir="ltr"' in page, "a day and an hour stand from left to right"
    assert (
        "يُرجى اختيار ساعة أخرى"
        in post(
            case, SET, **(FORM | {"day": "2027-03-28", "time": "02:30", "clock": "Europe/Berlin", "replaces": first})
        ).text
    )
