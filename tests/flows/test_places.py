"""Places: what families write is read, asked about, or kept; nothing they can write is slow or breaks the reader."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.read_places import Score, score
from flows.phrases import Phrase
from flows.reading import READERS, Ambiguous, Reading, Understood
from flows.reading.places import GOVERNORATES, candidates, warm
from flows.reading.places.gazetteer import FILES, gazetteer
from flows.reading.verbs.places import places as command

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DATA = Path(__file__).parent.parent / "data" / "reading"
#: keys of a value, besides those of a way
KEYS = {"type", "text", "code", "name", "kind", "admin1", "gazetteer"}


def _read(words: str, language: str = "ar") -> Reading:
    return READERS["place"](words, language, NOW)


def _understood(words: str, language: str = "ar") -> Understood:
    reading = _read(words, language)
    assert isinstance(reading, Understood)
    return reading


def _asked(words: str, language: str = "ar") -> Ambiguous:
    reading = _read(words, language)
    assert isinstance(reading, Ambiguous)
    assert 1 <= len(reading.options) <= 5
    return reading


@pytest.mark.parametrize(
    ("language", "words", "code"),
    [
        ("ar", "داريا", "C2498"), ("ar", "ببلدة مضايا", "C2450"), ("ar", "محافظة حلب", "SY02"), ("ar", "بريف دمشق", "SY03"),
        ("ku", "li Qamişloyê", "C4564"), ("ku", "parêzgeha Helebê", "SY02"), ("tr", "Halep'te", "C1007"),
        ("tr", "Rakka ili", "SY11"), ("de", "Umland von Damaskus", "SY03"), ("de", "Manbidsch", "C1767"),
        ("fr", "province d'Alep", "SY02"), ("fr", "prison d'Adra", "F-PR-ADRA"), ("en", "Branch 215", "F-MI-215"),
        ("ar-Latn", "7oms", "C2528"), ("ar-Latn", "el ra2a", "C5710"), ("ar", "ديرالزور", "C5086"),
        ("en", "Military Intelligence in Homs", "F-MI-261"), ("ar", "القصير حمص", "C2733"),
        ("ar", "كان راجع من الشغل بدوما", "C2338"), ("ar", "القنيطرة", "SY14"),
    ],
)  # fmt: skip
def test_places_are_read(language: str, words: str, code: str) -> None:
    value = _understood(words, language).value
    assert value["code"] == code
    assert value["text"] == words
    assert value.keys() == KEYS


def test_one_exact_name_is_sure_and_a_corrected_or_contextual_one_is_not() -> None:
    assert _understood("داريا").sure
    assert not _understood("جرابلص").sure
    assert not _understood("القصيرر حمص").sure
    assert not _understood("كان راجع من الشغل بدوما").sure


def test_a_city_may_be_its_governorate() -> None:
    reading = _understood("حلب")
    assert (reading.value["code"], reading.value["kind"], reading.value["admin1"]) == ("C1007", "community", "SY02")
    assert reading.rule == "city or governorate"
    assert candidates("حلب", "ar") == ["C1007", "SY02"]


def test_namesakes_are_asked_about_in_the_familys_language() -> None:
    reading = _asked("الخالدية")
    labels = {option.token: option.label for option in reading.options}
    assert labels["N0239"] == "خالدية - حمص"
    assert labels["N0127"] == "خالدية - حلب"
    assert _understood("الخالدية\nحلب").value["code"] == "N0127"


@pytest.mark.parametrize(("words", "code"), [("صيدنايا", "C2404"), ("تدمر", "C2889"), ("الهول", "C4519")])
def test_town_or_prison_is_asked(words: str, code: str) -> None:
    tokens = [option.token for option in _asked(words).options]
    assert code in tokens
    assert any(token.startswith("F-") for token in tokens)


def test_an_institution_of_many_cities_needs_its_city() -> None:
    reading = _asked("الأمن العسكري")
    assert reading.ask.msgid == "In which city was that?"
    assert _understood("الأمن العسكري\nحلب").value["code"] == "F-MI-290"
    assert _understood("الأمن العسكري\nبحمص").value["code"] == "F-MI-261"


def test_an_answered_question_is_not_asked_again() -> None:
    assert _understood("الأمن العسكري\nما بعرف").value["code"] is None
    assert _understood("الأمن العسكري\nما بعرف").value["text"] == "الأمن العسكري - ما بعرف"


@pytest.mark.parametrize(
    "words",
    ["لا أعلم", "I don't know", "محمد الأحمد", "خالد عبد الله الحمصي", "البحر", "بالبيت", "يوم الجمعة بعد الصلاة", "2013",
     "he was 20 years old", "Jonas Weber", "", "   ", "؟؟", "birayê min", "0944123456"],
)  # fmt: skip
def test_what_is_no_place_is_kept_without_a_code(words: str) -> None:
    reading = _understood(words)
    assert reading.value == {
        "type": "place", "text": words, "code": None, "name": None, "kind": "unknown", "admin1": None,
        "gazetteer": gazetteer().version,
    }  # fmt: skip
    assert reading.sure


@pytest.mark.parametrize(
    ("language", "words", "code"),
    [("ar", "بلبنان", "LB"), ("tr", "Türkiye'de", "TR"), ("de", "in Deutschland", "DE"), ("ku", "Almanya", "DE")],
)
def test_countries(language: str, words: str, code: str) -> None:
    value = _understood(words, language).value
    assert (value["code"], value["kind"]) == (code, "country")


def test_the_country_reader_knows_syria_and_nothing_inside_it() -> None:
    found = [READERS["country"](words, "ar", NOW) for words in ("سوريا", "دوما")]
    assert [reading.value["code"] for reading in found if isinstance(reading, Understood)] == ["SY", None]


@pytest.mark.parametrize(
    ("language", "words", "ends"),
    [
        ("ar", "على البحر بين تركيا واليونان", ("TR", "GR")), ("en", "on the sea between Turkey and Greece", ("TR", "GR")),
        ("tr", "Türkiye ile Yunanistan arasında denizde", ("TR", "GR")), ("ar", "طريق حمص طرطوس", ("C2528", "C5221")),
        ("fr", "en mer entre la Turquie et la Grèce", ("TR", "GR")),
    ],
)  # fmt: skip
def test_ways_between_two_places(language: str, words: str, ends: tuple[str, str]) -> None:
    value = _understood(words, language).value
    assert (value["kind"], value["code"]) == ("route", None)
    assert (value["from"]["code"], value["to"]["code"]) == ends


def test_every_option_is_a_button_and_a_value() -> None:
    for words in ("الخالدية", "صيدنايا", "الأمن العسكري", "جديدة", "دوما وحرستا", "فلسطين"):
        options = _asked(words).options
        assert len({option.token for option in options}) == len(options)
        for option in options:
            assert option.token.replace("-", "").replace("_", "").isalnum()
            assert len(option.token) <= 24
            assert isinstance(option.label, Phrase) or 0 < len(option.label) <= 60
            assert option.value["code"] == option.token
            assert "فرع" not in words or option.value["kind"] == "facility"


def test_who_ran_a_site_does_not_ship() -> None:
    header = (FILES / "places.tsv").read_text("utf-8").splitlines()[1].split("\t")
    assert header == ["code", "kind", "site", "admin1", "within", "rank", "ar", "en", "ku", "tr", "de", "fr"]
    kinds = {gazetteer().place(code).site for code in gazetteer().rows if code.startswith("F-")}
    assert kinds == {"prison", "branch", "hospital", "camp", "other", "checkpoint"}


def test_governorates_are_there_for_others() -> None:
    assert list(GOVERNORATES) == [f"SY{number:02}" for number in range(1, 15)]
    assert all(gazetteer().place(code).name("en") == name for code, name in GOVERNORATES.items())


@pytest.mark.parametrize("name", ["places", "places_held_out", "places_later"])
def test_goals_are_met(name: str) -> None:
    found: Score = score(DATA / f"{name}.tsv")
    assert found.top1 >= 0.95
    assert found.top5 >= 0.98
    assert found.accepted_non_places <= (1 if name == "places_held_out" else 0)
    assert found.asked_where_it_must >= 0.8


def test_the_command_writes_a_line_for_each() -> None:
    lines = "language\tphrase\texpected\nar\tحلب\tx\nar\tصيدنايا\nar\tلبنان\nen\tnowhere at all\n"
    result = CliRunner().invoke(command, input=lines)
    assert result.output.splitlines() == [
        "ar\tحلب\tC1007\tC1007|SY02",
        "ar\tصيدنايا\tAMBIGUOUS:F-PR-SEDNAYA|C2404\tF-PR-SEDNAYA|C2404",
        "ar\tلبنان\tNONE\tLB",
        "en\tnowhere at all\tNONE\t",
    ]
    assert (
        CliRunner().invoke(command, ["--lang", "tr"], input="Halep'te\n").output == "tr\tHalep'te\tC1007\tC1007|SY02\n"
    )


def test_the_command_reads_utf8_in_any_locale() -> None:
    result = CliRunner(charset="latin-1").invoke(command, input="\ufeffar\tحلب\n".encode() + b"ar\t\xff\n")
    assert result.exit_code == 0
    assert result.stdout_bytes.decode().splitlines() == ["ar\tحلب\tC1007\tC1007|SY02", "ar\t\ufffd\tNONE\t"]


_WORDS = st.text(
    st.one_of(
        st.sampled_from("حلبدمشق ابو الفرع سجن بين و من الى 0123456789'’\n\u202e\u2066\u0640ЅаLıİ"), st.characters()
    ),
    max_size=400,
)


@settings(max_examples=300, deadline=None)
@given(_WORDS, st.sampled_from(["ar", "ku", "tr", "en", "de", "fr", "ar-Latn", "xx", ""]))
@example("بلعفوبلعفو" * 400, "ar")
@example("", "ar")
@example("7" * 300, "ar")
@example("سجن " * 1000, "ar")
def test_anything_can_be_written(words: str, language: str) -> None:
    reading = _read(words, language)
    assert isinstance(reading, Understood | Ambiguous)
    if isinstance(reading, Understood):
        assert reading.value.keys() - {"from", "to"} == KEYS
    assert isinstance(READERS["country"](words, language, NOW), Understood)


@pytest.mark.parametrize(
    "words",
    ["\u202eحلب\u202c" * 500, "ا" * 4096, "a" * 4096, "Нома Ноmѕ حلبhoms" * 240, "9" * 300, "حلب " * 1024, "ab cd " * 680,
     "d'" * 2048, "بالبالبال " * 400, "kh" * 2048, "من حمص الى " * 370, "ghkhsch " * 500],
)  # fmt: skip
def test_bad_input_is_fast(words: str) -> None:
    warm()
    fastest = min(_seconds(words) for _ in range(3))
    assert fastest < 0.005


def _seconds(words: str) -> float:
    start = time.thread_time()
    _read(words)
    return time.thread_time() - start
