"""Dates on example phrases in six languages, bad input, the questions asked back, and EDTF held against another library."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from edtf import parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as some

from flows.reading import Ambiguous, NotUnderstood, Reading, Understood, asks
from flows.reading.dates import MOST_LETTERS, read
from flows.reading.display import shown
from flows.reading.lexicon import FOLDER, LANGUAGES

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATA = Path(__file__).parent.parent / "data" / "reading"
FILES = ("dates.tsv", "dates_unseen.tsv", "dates_unseen_2.tsv", "dates_unseen_3.tsv")
ROWS = [tuple(line.split("\t")) for name in FILES for line in (DATA / name).read_text("utf-8").splitlines()[1:]]
VOCABULARY = [
    phrase.strip()
    for file in sorted(FOLDER.glob("*.txt"))
    for line in file.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
    for phrase in line.partition(":")[2].split("|")
]
SIGNS = [
    "2013",
    "15",
    "3",
    "15/3/2012",
    "04/05",
    "1434",
    "9999",
    "/",
    "-",
    "~",
    "?",
    "\n",
    "\u202e",
    "'12",
    "80",
    "و2013",
    "12:30",
]


def _said(reading: Reading) -> str:
    if isinstance(reading, Understood):
        return str(reading.value["edtf"])
    return "AMBIGUOUS" if isinstance(reading, Ambiguous) else "UNKNOWN"


def _values(reading: Reading) -> list[dict[str, str | None]]:
    if isinstance(reading, Understood):
        return [dict(reading.value)]
    return [dict(option.value) for option in reading.options] if isinstance(reading, Ambiguous) else []


def test_the_goals_on_every_file() -> None:
    """At least 97 in a hundred exact on phrases known by now; almost nothing answered that should be asked."""
    found = [(want, _said(read(phrase, language, NOW))) for language, phrase, want in ROWS]
    answered = [got for want, got in found if want in ("AMBIGUOUS", "UNKNOWN") and got not in ("AMBIGUOUS", "UNKNOWN")]
    assert sum(want == got for want, got in found) >= 0.97 * len(found)
    assert len(answered) <= 0.01 * len(found)


@pytest.mark.parametrize(("language", "phrase", "want"), [row for row in ROWS if row[1] and row[2] == "2012-24"])
def test_winter(language: str, phrase: str, want: str) -> None:
    assert _said(read(phrase, language, NOW)) == want


def test_every_value_is_edtf_with_its_bounds_in_order() -> None:
    for language, phrase, _ in ROWS:
        for value in _values(read(phrase, language, NOW)):
            parse_edtf(value["edtf"])
            ends = [date.fromisoformat(end) for end in (value["earliest"], value["latest"]) if end]
            assert ends == sorted(ends)
            assert ends[0] <= NOW.date() or value["earliest"] is None


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("winter 2012", "2012-01-01", "2013-02-28"), ("winter 2012-2013", "2012-12-01", "2013-02-28"),
        ("before 15 April 2013", None, "2013-04-15"), ("after 2013", "2013-01-01", None), ("1980s", "1980-01-01", "1989-12-31"),
        ("until the end of 2013", None, "2013-12-31"), ("two weeks after Eid al-Fitr 2013", "2013-08-18", "2013-08-26"),
    ],
)  # fmt: skip
def test_bounds(words: str, earliest: str | None, latest: str | None) -> None:
    reading = read(words, "en", NOW)
    assert isinstance(reading, Understood)
    assert (reading.value["earliest"], reading.value["latest"]) == (earliest, latest)


def test_one_question_after_another() -> None:
    """The year first, then which of the two feasts; each option is one of them."""
    first = read("two weeks after Eid", "en", NOW)
    assert isinstance(first, Ambiguous)
    assert (first.ask, first.options) == (asks.WHICH_YEAR, ())
    second = read("two weeks after Eid\n2013", "en", NOW)
    assert isinstance(second, Ambiguous)
    assert second.ask == asks.WHICH_EID
    assert [option.value["edtf"] for option in second.options] == ["2013-08-18~/2013-08-26~", "2013-10-25~/2013-11-02~"]
    third = read("two weeks after Eid\n2013\nal-Adha", "en", NOW)
    assert _said(third) == "2013-10-25~/2013-11-02~"


@pytest.mark.parametrize(
    ("words", "language", "edtf"),
    [
        ("15/3\n2012", "ar", "2012-03-15"), ("تشرين 2012\nالتاني", "ar", "2012-11"), ("2012 or 2014\n2014", "en", "2014"),
        ("04/05/2013\n4 May 2013", "en", "2013-05-04"), ("di cejnê de\n2013\nqurbanê", "ku", "2013-10-15~/2013-10-18~"),
        ("Mart\ngeçen yıl", "tr", "2025-03"),
    ],
)  # fmt: skip
def test_an_answer_in_words(words: str, language: str, edtf: str) -> None:
    assert _said(read(words, language, NOW)) == edtf


@pytest.mark.parametrize(
    ("words", "sure"),
    [("2013", True), ("حزيران 2013", True), ("15 March 2012", True), ("15/3/2012", True), ("about 2013", False),
     ("summer 2013", False), ("they came in 2013", False), ("3 2013", False)],
)  # fmt: skip
def test_sure_is_what_says_no_more_than_the_words(words: str, sure: bool) -> None:
    reading = read(words, "en", NOW)
    assert isinstance(reading, Understood)
    assert reading.sure is sure


@pytest.mark.parametrize(
    ("edtf", "language", "words"),
    [
        ("summer 2013", "en", "summer 2013 (June to August)"), ("about March 2014", "en", "around March 2014"),
        ("March 2013", "ar", "آذار (3) 2013"), ("before 2013", "en", "2013 or before"), ("1980s", "fr", "les années 1980 à 1989"),
        ("2012-2013", "de", "2012 – 2013"), ("15 March 2012", "tr", "15 Mart 2012"), ("adara 2013", "ku", "adar (3) 2013"),
        ("winter 2012-2013", "en", "winter 2012-2013 (December to February)"),
    ],
)  # fmt: skip
def test_shown_in_the_familys_language(edtf: str, language: str, words: str) -> None:
    reading = read(edtf, "en", NOW)
    assert isinstance(reading, Understood)
    assert shown(reading.value, language) == words


def test_every_value_can_be_shown_in_every_language() -> None:
    values = {
        str(value["edtf"]): value for language, phrase, _ in ROWS for value in _values(read(phrase, language, NOW))
    }
    for value in values.values():
        for language in LANGUAGES:
            said = shown(value, language)
            assert said
            assert not set(said) & set("~%?")


def test_ages_are_shown() -> None:
    assert shown({"type": "age", "years": 23}, "en") == "23 years"
    assert [shown({"type": "age", "years": n}, "ar") for n in (1, 2, 3, 11)] == [
        "سنة واحدة",
        "سنتان",
        "3 سنوات",
        "11 سنة",
    ]


@given(some.text(max_size=MOST_LETTERS + 50), some.sampled_from(LANGUAGES))
def test_no_text_breaks_it(words: str, language: str) -> None:
    read(words, language, NOW)


@settings(max_examples=2000, deadline=None)
@given(some.lists(some.sampled_from([*VOCABULARY, *SIGNS]), min_size=1, max_size=9), some.sampled_from(LANGUAGES))
def test_no_mixture_of_words_breaks_it(words: list[str], language: str) -> None:
    for value in _values(read(" ".join(words), language, NOW)):
        parse_edtf(value["edtf"])
        assert not (value["earliest"] and value["latest"]) or str(value["earliest"]) <= str(value["latest"])


@pytest.mark.parametrize("words", ["9" * 300, "x" * 4096, "\u202e2013\u2066" * 40, "1/" * 150, "the " * 75, "و" * 300])
def test_long_and_strange_input_is_quick(words: str) -> None:
    read("warm up 2013", "en", NOW)
    times = []
    for language in LANGUAGES:
        started = time.process_time()
        assert isinstance(read(words, language, NOW), NotUnderstood | Ambiguous | Understood)
        times.append(time.process_time() - started)
    assert sorted(times)[len(times) // 2] < 0.01
