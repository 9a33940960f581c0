"""The bench of guessers runs, through the real limits; `make attackers` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.attackers import GOAL, measure, most_looked_at
from bot.limits import DAY, HOUR, SLOW

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_guessers_are_held_to_what_the_arithmetic_says(tmp_path: Path) -> None:
    figures = await measure(tmp_path, chats=1000, days=2, tries=2)
    found = figures["enumeration"]
    assert 2 * DAY.most <= found["tries_looked_at"] <= found["tries_looked_at_at_most"] == most_looked_at(2)
    assert figures["one_code_known"]["tries_looked_at_elsewhere"] == 10
    assert figures["all_at_once"]["tries_looked_at"] == HOUR.most + SLOW.most
    assert set(figures["answers"]["processor_milliseconds"]) > {"elsewhere/wrong_pin", "own_chat/second_pin"}


def test_a_month_of_guessing_stays_within_the_goal() -> None:
    assert most_looked_at(30) * 1e6 / 1e14 * 0.01 <= GOAL
