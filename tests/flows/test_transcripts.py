"""Every transcript plays as it reads. `pytest --accept` rewrites them to what the engine says now: then read them aloud."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from flows.languages import offered
from flows.load import load_form
from flows.questions import Flow
from flows.transcript import languages_of, replay

STORIES = sorted((Path(__file__).parent.parent / "transcripts").glob("*/*.txt"))
#: how many stories each language must have: those of the sources tell every path, the others the most important ones
ENOUGH = {"en": 12, "ar": 12}
A_HANDFUL = 5


@cache
def _flow(languages: tuple[str, ...]) -> Flow:
    return load_form(recipients=("icmp", "icrc"), languages=languages)


@pytest.mark.parametrize("story", STORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_transcript(story: Path, request: pytest.FixtureRequest) -> None:
    written = story.read_text(encoding="utf-8")
    played, _ = replay(_flow(languages_of(story)), written)
    if request.config.getoption("--accept"):
        story.write_text(played, encoding="utf-8")
    else:
        assert written == played


@pytest.mark.parametrize("language", offered())
def test_every_language_has_its_stories(language: str) -> None:
    told = [story.name for story in STORIES if story.parent.name == language]
    assert len(told) >= ENOUGH.get(language, A_HANDFUL)
