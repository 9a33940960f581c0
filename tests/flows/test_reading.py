"""The simple readers: plain dates, ages, numbers and countries, in every digit script. Never a guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading import READERS, Understood
from flows.reading.words import fold, tidy

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _read(reader: str, words: str) -> dict[str, object] | None:
    match READERS[reader](words, "ar", NOW):
        case Understood(value):
            return dict(value)
        case _:
            return None


@pytest.mark.parametrize(
    ("words", "edtf"),
    [
        ("2013", "2013"), ("٢٠١٣", "2013"), ("۲۰۱۳", "2013"), ("سنة 2013", "2013"), ("in 2013", "2013"),
        ("2013?", "2013?"), ("6/2013", "2013-06"), ("2013-06", "2013-06"), ("حزيران ٢٠١٣", "2013-06"),
        ("June 2013", "2013-06"), ("تشرين الأول 2012", "2012-10"), ("كانون الثاني 2012", "2012-01"),
        ("Haziran 2013", "2013-06"), ("juin 2013", "2013-06"), ("12/6/2013", "2013-06-12"),
        ("١٢/٦/٢٠١٣", "2013-06-12"), ("2013-06-12", "2013-06-12"), ("12 حزيران 2013", "2013-06-12"),
        ("31/2/2013", None), ("13/13/2013", None), ("summer 2013", "2013-22"), ("صيف ٢٠١٣", "2013-22"),
        ("about March 2014", "2014-03~"), ("حوالي آذار 2014", "2014-03~"), ("end of 2012", "2012-09~/2012-12~"),
        ("أواخر 2012", "2012-09~/2012-12~"), ("early 2012", "2012-01~/2012-04~"),
        ("بداية ٢٠١٢", "2012-01~/2012-04~"), ("about 2012", "2012~"), ("winter 0000", None),
        ("after Eid", None), ("2027", None), ("1850", None), ("", None), ("تشرين 2012", None),
        ("99999999999999999999", None), ("12/6/13", "2013-06-12"),
    ],
)  # fmt: skip
def test_dates(words: str, edtf: str | None) -> None:
    found = _read("date", words)
    assert (found and found["edtf"]) == edtf


def test_bounds_are_inclusive() -> None:
    assert _read("date", "2/2012") == {
        "type": "date",
        "edtf": "2012-02",
        "earliest": "2012-02-01",
        "latest": "2012-02-29",
    }


@pytest.mark.parametrize(
    ("words", "years"), [("24", 24), ("٢٤ سنة", 24), ("24 years old", 24), ("121", None), ("1990", None)]
)
def test_an_age_is_not_a_date_of_birth(words: str, years: int | None) -> None:
    found = _read("birth", words)
    assert (found and found.get("years")) == years


@pytest.mark.parametrize(("words", "code"), [("France", "FR"), ("فرنسا", "FR"), ("Almanya", "DE"), ("Atlantis", None)])
def test_countries_in_every_language(words: str, code: str | None) -> None:
    found = _read("country", words)
    assert found is not None
    assert found["code"] == code


@pytest.mark.parametrize(
    ("reader", "words", "number"), [("integer", "١٧", 17), ("integer", "1.5", None), ("decimal", "1,5", 1.5)]
)
def test_numbers(reader: str, words: str, number: float | None) -> None:
    found = _read(reader, words)
    assert (found and found["number"]) == number


@given(st.text(max_size=200), st.sampled_from(sorted(READERS)))
def test_no_words_break_a_reader(words: str, reader: str) -> None:
    READERS[reader](words, "ar", NOW)


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing(words: str) -> None:
    assert tidy(tidy(words)) == tidy(words)
    assert fold(fold(words)) == fold(words)
