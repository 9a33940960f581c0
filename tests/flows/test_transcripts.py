"""Every transcript plays as it reads. `pytest --accept` rewrites them to what the engine says now: then read them aloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.languages import offered
from flows.load import load_form
from flows.transcript import replay

STORIES = sorted((Path(__file__).parent.parent / "transcripts").glob("*/*.txt"))
FLOW = load_form(recipients=("icmp", "icrc"), languages=offered())


@pytest.mark.parametrize("story", STORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_transcript(story: Path, request: pytest.FixtureRequest) -> None:
    written = story.read_text(encoding="utf-8")
    played, _ = replay(FLOW, written)
    if request.config.getoption("--accept"):
        story.write_text(played, encoding="utf-8")
    else:
        assert written == played


def test_there_are_a_dozen_stories_in_each_language() -> None:
    for language in ("en", "ar"):
        assert sum(story.parent.name == language for story in STORIES) >= 12
