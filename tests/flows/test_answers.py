"""Ages, numbers in words, yes and no, relatives, phones, languages, and `wasl read`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as some

from flows.reading import READERS, Ambiguous, NotUnderstood, Understood
from flows.reading.answers import relation_name
from flows.reading.cli import VERBS, cli
from flows.reading.display import phone
from flows.reading.lexicon import LANGUAGES
from flows.reading.tongues import guess, script

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _read(reader: str, words: str, language: str, key: str) -> object:
    reading = READERS[reader](words, language, NOW)
    if isinstance(reading, Ambiguous):
        return [option.value[key] for option in reading.options]
    return reading.value[key] if isinstance(reading, Understood) else None


@pytest.mark.parametrize(
    ("words", "language", "number"),
    [
        ("خمسة وعشرين", "ar", 25), ("سنتين", "ar", 2), ("quatre-vingt-cinq", "fr", 85), ("soixante-dix-neuf", "fr", 79),
        ("fünfundzwanzig", "de", 25), ("bîst û pênc", "ku", 25), ("yirmi beş", "tr", 25), ("twenty-five", "en", 25),
        ("two hundred and six", "en", 206), ("مية وخمسة", "ar", 105), ("hello", "en", None), ("9" * 300, "en", None),
    ],
)  # fmt: skip
def test_numbers_in_words(words: str, language: str, number: int | None) -> None:
    assert _read("integer", words, language, "number") == number


@pytest.mark.parametrize(
    ("words", "language", "years"),
    [
        ("عمره ثلاثة وعشرين سنة", "ar", 23), ("23 ans", "fr", 23), ("6 Monate", "de", 0), ("bîst û pênc salî", "ku", 25),
        ("25 yaşında", "tr", 25), ("سنتين", "ar", 2), ("23 or 24", "en", [23, 24]), ("200", "en", None), ("a dog", "en", None),
    ],
)  # fmt: skip
def test_ages(words: str, language: str, years: object) -> None:
    assert _read("age", words, language, "years") == years


def test_an_age_in_a_year_is_a_birth_in_one_of_two() -> None:
    assert _read("birth", "he was 17 years old in 2013", "en", "edtf") == "1995/1996"
    assert _read("birth", "مواليد 85", "ar", "edtf") == "1985"


@pytest.mark.parametrize(
    ("words", "language", "code"),
    [
        ("نعم", "ar", "yes"), ("لااا", "ar", "no"), ("ما بعرف", "ar", "unknown"), ("HAYIR", "tr", "no"), ("erê", "ku", "yes"),
        ("je ne sais pas", "fr", "unknown"), ("Ja!", "de", "yes"), ("yes", "ar", "yes"), ("لا بعرف وين راح", "ar", None),
        ("مو", "ar", None), ("يمكن", "ar", None), ("no one saw him", "en", None),
    ],
)  # fmt: skip
def test_only_a_whole_message_is_yes_or_no(words: str, language: str, code: str | None) -> None:
    assert _read("yes_no", words, language, "code") == code


@pytest.mark.parametrize(
    ("words", "language", "code"),
    [
        ("خيي", "ar", "brother"), ("mein Bruder", "de", "brother"), ("ma sœur", "fr", "sister"), ("kurê min", "ku", "son"),
        ("my son", "en", "son"), ("kardeşim", "tr", ["brother", "sister"]), ("uncle", "en", ["uncle_paternal", "uncle_maternal"]),
        ("he was kind", "en", None),
    ],
)  # fmt: skip
def test_relatives(words: str, language: str, code: object) -> None:
    assert _read("relation", words, language, "code") == code
    for language in LANGUAGES:
        assert relation_name("brother", language)


@pytest.mark.parametrize(
    ("words", "e164"),
    [
        ("رقمي +963 944 123 456", "+963944123456"), ("٠٠٩٦٣٩٤٤١٢٣٤٥٦", "+963944123456"),
        ("+49 (0) 176 12345678", "+4917612345678"),
        ("0944 123 456", ["+963944123456", "+49944123456"]), ("12", None), ("9" * 300, None), ("", None),
    ],
)  # fmt: skip
def test_phones(words: str, e164: object) -> None:
    assert _read("phone", words, "en", "e164") == e164


def test_of_a_phone_three_digits_are_shown() -> None:
    assert phone("+963944123456") == "\u2066…456\u2069"


@pytest.mark.parametrize(
    ("words", "language"),
    [("ez nizanim", "ku"), ("weiß ich nicht", "de"), ("je ne sais pas", "fr"), ("bilmiyorum yılında", "tr"),
     ("I don't know", "en"),
     ("7awali 2014", "ar"), ("ما بعرف", "ar")],
)  # fmt: skip
def test_which_language(words: str, language: str) -> None:
    assert guess(words)[0] == language
    assert script(words) in ("Latn", "Arab")


@settings(deadline=None)  # the first words of a kind load its tables
@given(some.text(max_size=400), some.sampled_from(sorted(READERS)), some.sampled_from(LANGUAGES))
def test_no_words_break_a_reader(words: str, reader: str, language: str) -> None:
    assert isinstance(READERS[reader](words, language, NOW), Understood | Ambiguous | NotUnderstood)


def test_wasl_read() -> None:
    said = CliRunner().invoke(
        cli,
        ["dates", "--today", "2026-11-23"],
        input="language\tphrase\textra\nde\tvor 3 Jahren\tx\nar\tتشرين 2012\nfr\thm\n",
    )
    assert said.output == "de\tvor 3 Jahren\t2023~\nar\tتشرين 2012\tAMBIGUOUS\nfr\thm\tUNKNOWN\n"
    alone = CliRunner().invoke(cli, ["dates", "--today", "2026-11-23", "--lang", "en", "--rule"], input="last summer\n")
    assert alone.output == "en\tlast summer\t2026-22\tseason\n"
    for verb in VERBS.keys() - {"names", "records"}:  # those read pairs
        assert CliRunner().invoke(cli, [verb, "--lang", "en"], input="a\n").exit_code == 0
    assert CliRunner().invoke(cli, ["dates"], input="no language\n").exit_code == 2
