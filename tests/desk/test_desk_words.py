"""What the console says: every code has words, dates read well, hidden characters show, and all of it can be translated."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from desk import words
from desk.contact import Trouble
from desk.dates import Calendar
from desk.opening import SCHEMAS, Reason
from desk.sheet import Reader
from desk.showing import visible
from desk.words import words_in
from flows.report import schema
from tests.desk.fakes import a_report, claim

CALENDAR = Calendar(words_in("en"))


def test_every_code_has_words() -> None:
    assert set(words.REASON) == set(words.REMEDY) == {reason.value for reason in Reason}
    assert set(words.TROUBLE) == {trouble.value for trouble in Trouble}
    definitions = schema()["$defs"]
    assert set(definitions["language"]["enum"]) == set(words.LANGUAGES)
    assert set(definitions["claim"]["properties"]["status"]["enum"]) <= set(words.STATUS)
    assert set(definitions["consent"]["properties"]["answer"]["enum"]) == set(words.CONSENT)
    assert set(schema()["properties"]["attention"]["items"]["enum"]) == set(words.ATTENTION)
    assert schema()["$id"] in SCHEMAS


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
    lines = Reader(CALENDAR).read(report).sections[2].lines
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
