"""Catalogs are whole and in step with the forms; inserted words are isolated; nothing is longer than a phone allows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from flows import languages
from flows.languages import LOCALE, isolated, missing, offered, say, speak, template, utf16_length
from flows.phrases import Button, Phrase, Screen
from flows.transcript import FACTS

ROOT = Path(__file__).parents[2]
#: stems that decide a fate, accuse, or promise; see docs/GLOSSARY.md
FORBIDDEN = {
    "en": ("victim", "deceased", "corpse", "remains", "guarantee", "don't worry", "good news", "died", "killed"),
    "ar": ("متوفى", "جثة", "رفات", "شهيد", "بلاغ", "نضمن", "تريد ", "تريدين", "اكتب ", "اكتبي", "ضحية"),
}


def test_arabic_and_english_are_offered() -> None:
    assert {"ar", "en"} <= set(offered())
    assert missing("ar") == []


def test_the_template_is_in_step_with_forms_and_engine(tmp_path: Path) -> None:
    fresh = tmp_path / "wasl.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "pyproject.toml",
        "--no-location",
        "-o",
        str(fresh),
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    assert _ids(fresh) == _ids(LOCALE / "wasl.pot"), "run: make messages"


def _ids(path: Path) -> list[tuple[str | None, str]]:
    with path.open("rb") as file:
        return sorted((message.context or "", message.id) for message in read_po(file) if message.id)


def _messages(language: str) -> list[tuple[str, str, str]]:
    with (LOCALE / "wasl.pot").open("rb") as file:
        phrases = [Phrase(message.id, message.context) for message in read_po(file) if message.id]
    return [(phrase.context or "", phrase.msgid, template(phrase, language)) for phrase in phrases]


@pytest.mark.parametrize("language", offered())
def test_every_message_keeps_its_placeholders_and_says_no_forbidden_word(language: str) -> None:
    for context, source, spoken in _messages(language):
        assert sorted(languages._PLACEHOLDER.findall(source)) == sorted(languages._PLACEHOLDER.findall(spoken)), (
            context,
            source,
        )
        assert not [word for word in FORBIDDEN[language] if word in spoken.lower()], (context, spoken)
        assert utf16_length(spoken) <= 3000


def test_no_arabic_line_begins_with_a_letter_or_digit_of_another_direction() -> None:
    """Telegram takes a line's direction from its first strong character."""
    import unicodedata

    for context, _, spoken in _messages("ar"):
        for line in spoken.splitlines():
            strong = next((letter for letter in line if unicodedata.bidirectional(letter) in ("L", "R", "AL")), "ا")
            first = line.lstrip("- ✓")[:1]
            if line.startswith("{") or "{" in line[:3]:
                continue
            assert unicodedata.bidirectional(strong) == "AL", (context, line)
            assert not first.isdigit(), (context, line)


def test_inserted_words_are_isolated_and_cannot_break_out() -> None:
    phrase = Phrase(
        "- {title}: {answer}", "engine", {"title": Phrase("Name", "name"), "answer": "\u202eevil\u2069 {code}"}
    )
    assert say(phrase, "ar", FACTS) == "- الاسم: \u2068evil {code}\u2069"
    assert isolated("a\u2066b") == "\u2068ab\u2069"


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
