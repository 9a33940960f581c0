"""Every story of the English transcripts in two languages that nobody speaks: longer, accented; and from right to left.

Both are for tests only. What stands out on their screens is what no translator could reach, what is too long, and values that
are not isolated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from flows.i18n.check import ROOT, findings
from flows.i18n.entries import PLACEHOLDER, read_book
from flows.i18n.kinds import kinds
from flows.i18n.rules import first_strong, table
from flows.languages import LOCALE, offered, speak, utf16_length
from flows.phrases import Phrase, Screen
from flows.presses import read_press
from flows.transcript import FACTS, Unplayable
from tests.i18n.tongues import STORIES, accented, catalogs_in, mirrored, retell, write

#: the codes of ISO 639-3's private use, so that no language of anybody's is meant
ACCENTED, MIRRORED = "qaa", "qab"
#: What is inserted, and what a family must type as it stands.
_APART = re.compile("[\u2066-\u2068][^\u2069]*\u2069|(?<![A-Za-z0-9])/[a-z]+|\u2026")
_ISOLATE = re.compile("[\u2066-\u2069]")
_TOLD = sorted(STORIES.glob("*.txt"))


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("locale")
    for file in LOCALE.glob("*/LC_MESSAGES/wasl.po"):
        target = folder / file.relative_to(LOCALE)
        target.parent.mkdir(parents=True)
        target.write_bytes(file.read_bytes())
    (folder / "wasl.pot").write_bytes((LOCALE / "wasl.pot").read_bytes())
    write(folder, ACCENTED, accented)
    write(folder, MIRRORED, mirrored)
    with catalogs_in(folder):
        yield folder


def test_no_family_is_ever_offered_one() -> None:
    assert not {ACCENTED, MIRRORED} & set(offered())


@pytest.mark.parametrize("language", [ACCENTED, MIRRORED])
@pytest.mark.parametrize("story", _TOLD, ids=lambda path: path.stem)
def test_every_screen_of_a_story(catalogs: Path, language: str, story: Path) -> None:
    told = retell(story, language)
    screens = [screen for spoken_in, screen in told.heard if spoken_in == language]
    assert bool(screens) == ("> [English]" in story.read_text(encoding="utf-8"))
    for screen in screens:
        said = speak(screen, language, FACTS)
        labels = [label for row in said.rows for label, _ in row]
        _fits(said.text, labels)
        if not _asks_for_the_language(screen):
            _is_translated(said.text, labels, language)
        _is_isolated(screen, said.text)
        _is_known_as_button(screen)


def _fits(text: str, labels: list[str]) -> None:
    assert utf16_length(text) <= table()["lengths"]["message"]
    assert all(label.strip() for label in labels)


def _asks_for_the_language(screen: Screen) -> bool:
    """The one question that is asked in every language at once."""
    presses = [read_press(button.press) for row in screen.rows for button in row]
    return any(press is not None and press.verb == "c" and press.question == "language" for press in presses)


def _is_translated(text: str, labels: list[str], language: str) -> None:
    for words in (text, *labels):
        rest = _APART.sub("", words)
        assert not re.search("[A-Za-z]", rest), f"left in English: {rest!r}"
        if language == MIRRORED:
            assert all(first_strong(line) != "L" for line in rest.split("\n")), words


def _is_isolated(screen: Screen, text: str) -> None:
    """Isolates are paired on every screen, and whatever a family wrote stands within them."""
    depth = 0
    for mark in _ISOLATE.findall(text):
        depth += -1 if mark == "\u2069" else 1
        assert 0 <= depth <= 2
    assert depth == 0
    assert not any(unicodedata.bidirectional(letter) in ("RLO", "LRO", "RLE", "LRE", "PDF") for letter in text)


@cache
def _buttons() -> Mapping[tuple[str, str], str]:
    return kinds(ROOT)


def _is_known_as_button(screen: Screen) -> None:
    """What stands on a button is checked as one (`flows.i18n.kinds`); inserted names and languages have no message id."""
    for row in screen.rows:
        for button in row:
            key = (button.label.context or "", button.label.msgid)
            if button.label.context is not None and not _only_a_value(button.label):
                assert _buttons().get(key) in ("button", "title"), key


def _only_a_value(label: Phrase) -> bool:
    return not any(map(str.isalpha, PLACEHOLDER.sub("", label.msgid)))


@pytest.mark.parametrize(("language", "speak_it"), [(ACCENTED, accented), (MIRRORED, mirrored)])
def test_a_machine_made_catalog_is_as_sound_as_a_real_one(tmp_path: Path, language: str, speak_it: object) -> None:
    """What the rules say of it: nothing of placeholders, gaps, controls or isolates."""
    book = read_book(write(tmp_path, language, speak_it), tmp_path, "conversation")  # type: ignore[arg-type]
    found = {one.fault.rule for one in findings(book, kinds(ROOT), None)}
    assert found <= {"length", "ratio", "direction"}
    assert len(book.entries) > 500


def test_a_story_that_cannot_be_told_is_no_success(catalogs: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("> [English]\n> [No such button]\n", encoding="utf-8")
    with pytest.raises(Unplayable):
        retell(story, ACCENTED)


def test_words_left_in_english_stand_out() -> None:
    with pytest.raises(AssertionError, match="left in English"):
        _is_translated("⟦Ŷøűř⟧ name", [], ACCENTED)
    with pytest.raises(AssertionError, match="left in English"):
        _is_translated("⟦Ŷøűř⟧", ["Later"], ACCENTED)
    _is_translated("⟦ñåɱé \u2068Amal\u2069 /pause⟧", ["Ļåţéŕ"], ACCENTED)
