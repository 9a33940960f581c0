"""The bench of a turn's time runs, and measures the conversation it says; `make turn-time` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.turn_time import PERSONS, SIZES, Bench, conversation_of, measure

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_a_turn_is_timed_after_so_many_answers(tmp_path: Path) -> None:
    figures = await measure(tmp_path, 30, (10, 150))
    few, many = (figures["milliseconds_by_answers"][size] for size in ("10", "150"))
    assert 0 < few["engine"]["p50"] < few["turn"]["p50"]
    assert few["engine"]["p50"] < many["engine"]["p50"] < 10
    assert many["turn"]["p50"] <= many["turn"]["p95"] <= many["turn"]["p99"]


def test_the_conversations_have_the_answers_they_are_named_after(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for size in SIZES:
        conversation = conversation_of(bench.engine, bench.flow, size, PERSONS[size])
        assert size <= len(conversation.current()) <= size + 1
    assert {name.partition(".")[2] for name in conversation.current()} >= {"", "2", "3", "4", "5", "6", "7", "8"}
