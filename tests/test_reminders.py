"""A small year of reminders and a small crowd; `make reminders` is the long one. Its own control: broken rules are found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import reminders as bench
from bench.reminders import Call, all_at_once, broken_promises, judged, the_year

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_year_keeps_every_promise_under_kills_and_with_two_instances(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "DAYS", 120)
    url = f"sqlite:///{tmp_path / 'year.sqlite3'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    year = the_year(60, url, seed=3)
    figures = judged(year)
    assert broken_promises({"years": {kind: figures}}) == []
    assert figures["said"] > 60
    assert figures["time_zones"] >= 12
    assert len(figures["by_instance"]) == 2 or kind == "sqlite"
    assert figures["refused_403"] <= figures["families_that_blocked"]

    # The control: one more of each that must not be.
    last = max((call for call in year.calls if call.kind != "appointment"), key=lambda call: call.minute)
    again = Call(last.minute + 60 * 24, last.lane, last.kind, last.once, 0)
    night = Call(last.minute // 1440 * 1440 + 5, last.lane, last.kind, ("another",), 0)
    year.calls += [again, night]
    family = year.by_lane[last.lane]
    family.stopped = last.minute
    wrong = judged(year)["wrong"]
    assert wrong["duplicates"] == 1
    assert wrong["after_opt_out"] >= 1
    assert wrong["over_one_in_seven_days"] >= 2
    assert wrong["in_quiet_hours"] >= 1 or family.rhythm.zones[0] in ("Australia/Sydney",)


def test_a_crowd_leaves_at_telegrams_pace_and_answers_do_not_wait(tmp_path: Path) -> None:
    figures = all_at_once(600, tmp_path)
    assert broken_promises({"all_at_once": figures}) == []
    assert 0.33 <= figures["virtual_minutes"] <= 0.4, "28 a second"
    assert figures["answers"] > 5
    assert figures["states"]["said"] == 600
    faster: dict[str, Any] = {**figures, "limit_violations": 1}
    assert broken_promises({"all_at_once": faster}) == ["faster than Telegram allows"]
