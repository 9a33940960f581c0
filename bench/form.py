"""How long the whole form takes to evaluate: which question is next, over every question, with all answers given."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median


def whole_form() -> Callable[[], object] | None:
    """The evaluation to time, or None while there is none. To be supplied with the engine."""
    return None


def milliseconds(rounds: int = 7, repeats: int = 50) -> float | None:
    evaluate = whole_form()
    if evaluate is None:
        return None
    evaluate()
    return round(median(_once(evaluate, repeats) for _ in range(rounds)), 4)


def _once(evaluate: Callable[[], object], repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        evaluate()
    return 1000 * (time.perf_counter() - began) / repeats
