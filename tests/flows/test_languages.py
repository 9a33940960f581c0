"""Catalogs are whole and in step with what is said; inserted words are isolated. Their words: tests/i18n."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.i18n.update import update
from flows.languages import isolated, missing, offered, say, speak
from flows.phrases import Button, Phrase, Screen
from flows.transcript import FACTS

ROOT = Path(__file__).parents[2]


def test_arabic_and_english_are_offered() -> None:
    assert {"ar", "en"} <= set(offered())
    assert missing("ar") == []


def test_catalogs_are_in_step_with_forms_engine_and_console(tmp_path: Path) -> None:
    """`make messages` would change nothing."""
    for folder in ("flows", "desk"):
        ignore = shutil.ignore_patterns("__pycache__", "gazetteer", "data", "static")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert update(tmp_path) == [], "run: make messages"


def test_inserted_words_are_isolated_and_cannot_break_out() -> None:
    phrase = Phrase(
        "- {title}: {answer}", "engine", {"title": Phrase("Name", "name"), "answer": "\u202eevil\u2069 {code}"}
    )
    assert say(phrase, "ar", FACTS) == "- الاسم: \u2068evil {code}\u2069"
    assert isolated("a\u2066b") == "\u2068ab\u2069"


def test_a_list_of_languages_keeps_its_order_in_any_of_them() -> None:
    """Each name is isolated by itself: an Arabic one in the middle turns nothing around."""
    facts = {**FACTS, "languages": "العربية, Türkçe, \u202eEnglish"}
    three = "\u2068العربية\u2069{0}\u2068Türkçe\u2069{0}\u2068English\u2069"
    assert say(Phrase("{languages}"), "de", facts) == three.format(", ")
    assert say(Phrase("{languages}"), "ar", facts) == three.format("، ")


def test_a_command_keeps_its_stroke_before_it_from_right_to_left() -> None:
    facts = {**FACTS, "privacy_url": "https://example.org/privacy"}
    assert say(Phrase("اكتب /pause أو {privacy_url}"), "ar", facts) == (
        "اكتب \u2066/pause\u2069 أو \u2068https://example.org/privacy\u2069"
    )
    assert say(Phrase("Write /pause."), "en", facts) == "Write /pause."


def test_the_code_can_be_copied_by_a_tap_and_reads_left_to_right() -> None:
    spoken = speak(Screen((Phrase("😀 {code}"),), ((Button(Phrase("Back", "engine"), "b:x"),),)), "en", FACTS)
    ((offset, length),) = spoken.copyable
    in_units = spoken.text.encode("utf-16-le")
    assert in_units[offset * 2 : (offset + length) * 2].decode("utf-16-le") == FACTS["code"]
    assert spoken.text == f"😀 \u2066{FACTS['code']}\u2069"
    assert spoken.rows == ((("Back", "b:x"),),)


def test_a_placeholder_nobody_fills_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say(Phrase("{nobody_knows}"), "en", {})
