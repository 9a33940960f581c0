"""What CONTRIBUTING asks of a new language is enough: a PO file from the template, and a transcript. No Python is touched.

The language is made by machine in a copy of the repository's data: Swedish, which many families' children learn at school.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.profile import Profile
from flows import languages
from flows.i18n.check import ROOT, check
from flows.i18n.entries import read_book
from flows.i18n.update import update
from flows.load import load_form
from flows.reading import display
from flows.transcript import languages_of, replay
from tests.i18n.tongues import STORIES, accented, catalogs_in, retell, write

CODE = "sv"
DEMONSTRATION = ROOT / "bot" / "profiles" / "demonstration.toml"
_BLOCK = """
sv:
  seasons: [vår, sommar, höst, vinter]
  season: '{season} {year}'
  months: '{a} till {b}'
  approximate: 'omkring {date}'
  uncertain: 'kanske {date}'
  both: 'kanske omkring {date}'
  before: '{date} eller tidigare'
  after: '{date} eller senare'
  span: '{a} – {b}'
  decade: 'åren {a} till {b}'
  age: {one: '{n} år', other: '{n} år'}
  fitr: Eid al-fitr
  adha: Eid al-adha
  locale: sv
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of what a translator changes."""
    ignore = shutil.ignore_patterns("__pycache__", "gazetteer", "data", "static")
    for folder in ("flows", "desk", "bot/sandbox/page/words"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with catalogs_in(tmp_path / "flows" / "locale"):
        yield tmp_path


def test_an_empty_file_from_the_template_is_filled_by_make_messages(checkout: Path) -> None:
    """Step one: a new, empty file; `make messages` puts everything into it that is to be translated."""
    file = checkout / "flows" / "locale" / CODE / "LC_MESSAGES" / "wasl.po"
    file.parent.mkdir(parents=True)
    file.write_text("", encoding="utf-8")
    assert [Path(name).parts[-3] for name in update(checkout)] == [CODE]
    with catalogs_in(checkout / "flows" / "locale"):
        assert CODE not in languages.offered(), "a language is offered when it is complete"
        book = read_book(file, checkout, "conversation")
        assert len(book.entries) == len(languages.missing(CODE)) > 500
    found = [one for one in check(checkout, [CODE]) if one.fault.rule == "missing"]
    assert len(found) == len(book.entries)
    assert str(found[0]).startswith(f"flows/locale/{CODE}/LC_MESSAGES/wasl.po:")


def test_a_complete_catalog_is_offered_and_talks(checkout: Path) -> None:
    """Step two and three: the catalog is complete, the profile names it, a family chooses it and sends a report."""
    write(checkout / "flows" / "locale", CODE, accented)
    with catalogs_in(checkout / "flows" / "locale"):
        assert CODE in languages.offered()
        given = tomllib.loads(DEMONSTRATION.read_text(encoding="utf-8"))
        profile = Profile.model_validate({**given, "languages": [*given["languages"], CODE]})
        assert CODE in profile.languages
        assert "Svenska" in profile.facts("en")["languages"]
        told = retell(next(STORIES.glob("01-*.txt")), CODE)
        (report,) = told.reports
        assert report["language"] == CODE
        assert report["consents"][0]["language"] == CODE


def test_its_transcript_plays_as_it_reads(checkout: Path, tmp_path: Path) -> None:
    """Step four: a story in its folder offers Arabic, English and it, and is rewritten and read like any other."""
    write(checkout / "flows" / "locale", CODE, accented)
    story = tmp_path / "transcripts" / CODE / "01-a-story.txt"
    with catalogs_in(checkout / "flows" / "locale"):
        assert languages_of(story) == ("ar", "en", CODE)
        flow = load_form(recipients=("icmp", "icrc"), languages=languages_of(story))
        family = f"# {CODE}\n> [Svenska]\n> [{accented('Start', short=True)}]\n> [{accented('I agree', short=True)}]\n"
        played, player = replay(flow, family)
        assert replay(flow, played)[0] == played
        assert player.language == CODE
        assert accented("How old are you yourself?", short=False) in played


def test_it_says_dates_with_a_block_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without one it says them in English, and the check tells; with one, in its own words and CLDR's months."""
    summer = {"type": "date", "edtf": "2013-22~", "earliest": "2013-06-01", "latest": "2013-08-31"}
    assert display.shown(summer, CODE) == "around summer 2013 (June to August)"
    words = tmp_path / "said.yml"
    words.write_text(display._WORDS_FILE.read_text(encoding="utf-8") + _BLOCK, encoding="utf-8")
    monkeypatch.setattr(display, "_WORDS_FILE", words)
    display.said.cache_clear()
    try:
        assert display.shown(summer, CODE) == "omkring sommar 2013 (juni till augusti)"
        assert display.age(1, CODE) == "1 år"
    finally:
        monkeypatch.undo()
        display.said.cache_clear()


def test_the_check_of_a_new_language_is_satisfied_in_the_end(checkout: Path) -> None:
    write(checkout / "flows" / "locale", CODE, accented)
    with (checkout / "flows" / "reading" / "said.yml").open("a", encoding="utf-8") as file:
        file.write(_BLOCK)
    found = {one.fault.rule for one in check(checkout, [CODE])}
    assert found <= {"length", "ratio", "screen"}, "only what a machine's lengthening does"
