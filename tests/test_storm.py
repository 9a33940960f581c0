"""A short crash storm on both databases; `make storm` is the long one. Its own control: a bot that forgets is found out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.storm import ANSWERS, CODES, STORY, Family, Storm, _figures, broken_promises, storm
from flows.reminding.hours import window

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_no_answer_is_lost_or_doubled_under_kill_9(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database = "sqlite" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    figures = await storm(30, database, tmp_path, seed=7, think=(0.3, 1.4), most_kills=10)
    assert figures["kills"] >= 5
    assert figures["reminders_planned"] == 30
    if window(datetime.now(UTC).date()) is not None:  # on a day that hurts none is said
        assert figures["reminders_said"] > 0
    assert broken_promises(figures) == []


def test_the_storm_would_see_a_broken_promise() -> None:
    class Place:
        refused = 0

    family = Family(1001, at=ANSWERS, done=True)
    claims = [
        {"question": question, "raw": {"text": family.words(answer)}, "value": None}
        for _, answer, question in STORY
        if question and question not in CODES
    ]
    claims += [{"question": question, "raw": None, "value": {"code": code}} for question, code in CODES.items()]
    whole = {"enquirer": {"claims": claims}, "sought_persons": [], "events": []}
    weather = Storm(Place(), {1001: family}, None, (0, 0))  # type: ignore[arg-type]

    assert broken_promises(_figures(weather, [whole])) == []
    lost = {**whole, "enquirer": {"claims": [claim for claim in claims if claim["question"] != "father"]}}
    wrong = {
        **whole,
        "enquirer": {"claims": [*claims, {"question": "father", "raw": {"text": "Samira 1"}, "value": None}]},
    }
    family.reminded = 2
    assert broken_promises(_figures(weather, [whole])) == ["reminders_said_twice: 1"]
    family.reminded = 1
    family_stalled = Counter(promise.split(":")[0] for promise in broken_promises(_figures(weather, [])))
    assert broken_promises(_figures(weather, [lost])) == ["answers_lost: 1"]
    assert broken_promises(_figures(weather, [wrong])) == ["answers_applied_wrongly_or_twice: 1"]
    assert broken_promises(_figures(weather, [whole, whole])) == ["duplicate_reports: 1", "2 reports for 1 families"]
    assert family_stalled["answers_lost"] == 1
    family.done = False
    assert "stalled_conversations: 1" in broken_promises(_figures(weather, [whole]))
