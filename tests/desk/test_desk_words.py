"""What the console says: every code has words, dates read well, hidden characters show, and all of it can be translated."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir

from desk import rendering, words
from desk.contact import Trouble
from desk.dates import Calendar
from desk.desk import Desk
from desk.erasure import wish_in
from desk.opening import SCHEMAS, Reason
from desk.sheet import Line, Reader, Reading, Sheet
from desk.showing import visible
from desk.summary import summarise
from desk.words import words_in
from flows.report import schema
from tests.desk.fakes import (
    AMAL,
    LETTER,
    YUSUF,
    a_full_report,
    a_notice,
    a_report,
    a_withdrawal,
    an_addition,
    claim,
    place,
)

CALENDAR = Calendar(words_in("en"))


def test_every_code_has_words() -> None:
    assert set(words.REASON) == set(words.REMEDY) == {reason.value for reason in Reason}
    assert set(words.TROUBLE) == {trouble.value for trouble in Trouble}
    assert schema()["$id"] in SCHEMAS


@pytest.mark.parametrize("file", SCHEMAS.values())
def test_every_code_of_a_schema_has_words(file: str) -> None:
    found = json.loads(files("flows").joinpath("schemas", file).read_text("utf-8"))
    definitions, fields = found["$defs"], found["properties"]
    assert set(definitions["language"].get("enum", words.LANGUAGES)) == set(words.LANGUAGES)
    assert all(re.search(definitions["language"].get("pattern", ""), code) for code in words.LANGUAGES)
    assert set(definitions["claim"]["properties"]["status"]["enum"]) <= set(words.STATUS)
    assert set(definitions["consent"]["properties"]["answer"]["enum"]) <= set(words.CONSENT)
    assert set(fields["attention"]["items"]["enum"]) <= set(words.ATTENTION)
    if "kind" in fields:
        assert set(fields["kind"]["enum"]) == set(words.KIND)
        assert set(definitions["file"]["properties"]["kind"]["enum"]) == set(words.FILE_KIND)
        kinds = (one["properties"].get("kind", {}).get("enum") for one in definitions["value"]["oneOf"])
        assert {kind for some in kinds for kind in some or ()} == set(words.PLACE_KIND)


@pytest.mark.parametrize(
    ("value", "text", "details"),
    [
        (
            {"type": "phone", "e164": "+905551112233", "region": "TR", "text": "0555 111 22 33"},
            "+905551112233",
            ("TR",),
        ),
        ({"type": "phone", "e164": "+905551112233", "region": None, "text": "0555 111 22 33"}, "+905551112233", ()),
        (
            {"type": "name", "full": "A B", "parts": ["A", "B"], "kunya": "Abu C", "script": "Latn"},
            "A B",
            ("A · B", "called Abu C", "in Latin script"),
        ),
        ({"type": "name", "full": "A", "parts": ["A"], "kunya": None, "script": "Cyrl"}, "A", ("Cyrl",)),
        (
            place("x", "SY020001", "Salah al-Din") | {"kind": "neighbourhood", "admin1": "SY02", "gazetteer": "g-1"},
            "Salah al-Din",
            ("neighbourhood", "Aleppo governorate", "SY020001", "g-1"),
        ),
        (
            place("x", "F-12", "A site") | {"kind": "facility", "admin1": "SY01"},
            "A site",
            ("prison, hospital or another site", "Damascus governorate", "F-12"),
        ),
        (place("nowhere", None, None) | {"kind": "unknown"}, "nowhere", ("place not recognised", "no place code")),
        (
            place("x", None, None)
            | {"kind": "route", "from": {"code": "SY02", "name": "Aleppo"}, "to": {"code": None, "name": None}},
            "Aleppo → …",
            ("on the way", "SY02 → …"),
        ),
    ],
)
def test_values_in_words(value: dict[str, Any], text: str, details: tuple[str, ...]) -> None:
    report = a_full_report(attention=[])
    report["events"][0]["claims"] = [claim("event.any", "Anything", value)]
    (line,) = Reader(CALENDAR).read([report]).sections[-1].lines
    assert line.reading == Reading(text, details)


def test_a_correction_stands_over_what_it_corrects() -> None:
    sheet = Reader(CALENDAR).read([a_full_report(), an_addition(), a_withdrawal(revision=3)])
    born, marks = (_line(sheet, "person-1", field) for field in ("person.birth", "person.marks"))
    assert born.reading
    assert (born.words, born.reading.text, born.revision, born.change) == ("١٧ سنة", "17 years", 2, "changed")
    assert [(one.words, one.revision) for one in born.earlier] == [("١٦ سنة", 1)]
    assert (marks.words, marks.change, [one.status for one in marks.earlier]) == (
        "شامة على خدها الأيمن",
        "changed",
        ["deferred"],
    )
    assert _line(sheet, "person-2", "person.birth").change == ""
    assert sheet.news_of == 2
    assert sheet.names == (AMAL, YUSUF)


def test_saying_the_same_again_is_no_correction() -> None:
    first, again = a_full_report(), an_addition()
    said = first["sought_persons"][0]["claims"][2]
    again["sought_persons"][0]["claims"] = [{**said, "at": "2026-11-22T10:00:00Z", "confirmed": True}]
    line = _line(Reader(CALENDAR).read([first, again]), "person-1", "person.birth")
    assert (line.earlier, line.change, line.confirmed, line.revision) == ((), "", True, 1)


def test_attachments_stand_where_they_were_sent() -> None:
    sheet = Reader(CALENDAR).read([a_full_report()])
    told = _line(sheet, "person-1", "person.story").files
    assert [(file.shown_as, file.title, file.original) for file in told] == [
        ("sound", "Recording 1, 2 kB", False),
        ("download", "Document 1, 70 kB", True),
    ]
    assert [(file.id, file.shown_as) for file in sheet.other_files] == [(LETTER, "download")]
    without = a_full_report(files=[])
    assert _line(Reader(CALENDAR).read([without]), "person-1", "person.photo").files[0].shown_as == "missing"


def test_what_was_withdrawn_is_marked_until_it_is_given_again() -> None:
    granted = a_full_report()
    granted["consents"][1]["answer"] = "granted"
    withdrawn = a_withdrawal()
    given_again = a_notice("addition", revision=3)
    given_again["consents"] = [
        {**granted["consents"][1], "answered_at": "2026-11-23T09:00:00Z"},
    ]
    two = Reader(CALENDAR).read([granted, withdrawn]).consents
    assert (two[0].recipient, two[0].withdrawn, two[0].answer_words) == ("red cross", True, "No longer agreed")
    assert two[0].earlier == (("Yes", "20 Nov 2026, 18:00 UTC"),)
    assert [one.withdrawn for one in two[1:]] == [False, False]
    three = Reader(CALENDAR).read([granted, withdrawn, given_again]).consents
    assert (three[0].withdrawn, three[0].answer_words) == (False, "Yes")
    assert [at for _, at in three[0].earlier] == ["22 Nov 2026, 09:00 UTC", "20 Nov 2026, 18:00 UTC"]
    assert summarise([granted, withdrawn]).withdrawn
    assert not summarise([granted, withdrawn, given_again]).withdrawn


def _wish(kind: str, revision: int, **more: Any) -> dict[str, Any]:
    return a_notice(kind, revision=revision, **more)


@pytest.mark.parametrize(
    ("notices", "flag", "due"),
    [
        ([], None, False),
        ([_wish("erasure_request", 2, due_on="2026-12-01")], "erasure_request", True),
        ([_wish("erasure_request", 2, due_on="2026-12-02")], "erasure_request", False),
        ([_wish("erasure_request", 2, due_on="2026-11-30"), _wish("erasure_cancelled", 3)], None, False),
        ([_wish("erasure_request", 2, due_on="2026-11-30"), an_addition(revision=3)], "erasure_request", True),
        ([_wish("erasure_cancelled", 2), _wish("erasure", 3)], "erasure", True),
    ],
)
def test_when_a_report_is_to_be_erased(notices: list[dict[str, Any]], flag: str | None, due: bool) -> None:
    bodies = [a_full_report(), *notices]
    wish = wish_in(bodies)
    assert summarise(bodies).erasure == flag
    assert bool(wish and wish.is_due(date(2026, 12, 1))) == due


def _line(sheet: Sheet, section: str, field: str) -> Line:
    lines = next(one.lines for one in sheet.sections if one.anchor == section)
    return next(line for line in lines if line.field == field)


@pytest.mark.parametrize(
    ("edtf", "read"),
    [
        ("2013", "2013"),
        ("2013~", "about 2013"),
        ("2013?", "perhaps 2013"),
        ("2013%", "perhaps about 2013"),
        ("2013-22", "summer 2013"),
        ("2013-24", "winter 2013"),
        ("2013-06", "June 2013"),
        ("2013-06-12", "12 June 2013"),
        ("2013-05~/2013-09~", "between about May 2013 and about September 2013"),
        ("2013/..", "2013 or after"),
        ("../2013", "2013 or before"),
        ("[2013,2014]", "2013 or 2014"),
        ("2013-13", "2013-13"),
        ("201X", "201X"),
        ("", ""),
        ("[2013..2015]", "[2013..2015]"),
    ],
)
def test_edtf_in_words(edtf: str, read: str) -> None:
    assert CALENDAR.edtf(edtf) == read


@pytest.mark.parametrize(
    ("earliest", "latest", "read"),
    [
        ("2013-06-01", "2013-08-31", "1 Jun – 31 Aug 2013"),
        ("2013-06-12", "2013-06-12", "12 Jun 2013"),
        ("2013-06-12", None, "12 Jun 2013 or after"),
        (None, "2013-06-12", "12 Jun 2013 or before"),
        (None, None, None),
        ("soon", None, None),
    ],
)
def test_bounds_in_words(earliest: str | None, latest: str | None, read: str | None) -> None:
    said = CALENDAR.bounds(earliest, latest)
    assert (said and said.replace("\u2009", " ")) == read


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("أمل", "أمل"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("<b>", "&lt;b&gt;"),
        ("a\nb", "a\nb"),
    ],
)
def test_honest_text_is_left_alone(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_deceiving_characters_are_named() -> None:
    shown = visible("a\u202eb\u200bc\u0000")
    assert ">RLO<" in shown
    assert ">U+200B<" in shown
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE"' in shown
    assert "\u202e" not in shown


def test_the_page_is_liberal_about_a_later_schema() -> None:
    report = a_report(attention=[])
    event = report["events"][0]
    event["claims"] = [
        {
            **claim("event.sound", "Sound", {"type": "hologram", "depth": 3}),
            "confidence": "guess",
            "heard_from": ["a", 1],
        },
        claim("event.last_seen", "Last seen", {"type": "date", "edtf": "2013"}, status="estimated"),
    ]
    lines = Reader(CALENDAR).read([report]).sections[2].lines
    assert lines[0].reading
    assert lines[0].reading.text == '{"type": "hologram", "depth": 3}'
    assert lines[0].others == (("confidence", "guess"), ("heard from", '["a", 1]'))
    assert lines[1].status_words == "estimated"


def test_every_message_of_the_console_can_be_extracted() -> None:
    folder = Path(words.__file__).parent
    method = [("templates/**.html", "jinja2"), ("**.py", "python")]
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(folder, method, options, keywords)
    messages = {one for _, _, message, _, _ in found for one in ([message] if isinstance(message, str) else message)}
    assert {"Inbox", "Does not know", "%(num)d case", "about %(day)s", "summer %(year)s", "Sought person"} <= messages


def test_the_console_speaks_arabic_from_right_to_left(desk: Desk) -> None:
    arabic = replace(desk, words=words_in("ar"))
    html = bytes(rendering.page(arabic, "sign_in.html").body).decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert "تسجيل الدخول" in html
    assert "Sign in" not in html
    assert arabic.calendar.edtf("2013-06") == "حزيران 2013"
    assert words_in("ar").say(words.STATUS, "unknown") == "لا يعرف"


def test_a_language_without_a_catalog_is_english_as_a_whole(desk: Desk) -> None:
    html = bytes(rendering.page(replace(desk, words=words_in("sv")), "sign_in.html").body).decode()
    assert '<html lang="en" dir="ltr">' in html
    assert "Sign in" in html


@pytest.mark.parametrize("cases", [0, 1, 2, 3, 11, 100])
def test_every_plural_of_the_console_can_be_said_in_arabic(cases: int) -> None:
    spoken = words_in("ar").translations
    for one, many in (("%(num)d case", "%(num)d cases"), ("%(num)d try", "%(num)d tries")):
        assert str(cases) in spoken.ngettext(one, many, cases) % {"num": cases}
    assert str(cases) in spoken.ngettext("%d year", "%d years", cases) % cases
