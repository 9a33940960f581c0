"""How long the whole form takes to evaluate: which question is next, over every question, with all answers given."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from flows.conversation import Conversation
from flows.events import Chose, Said
from flows.load import load_form
from flows.questions import Flow, Question
from flows.step import begin, step
from flows.walk import walk

NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)


def whole_form() -> Callable[[], object]:
    """The evaluation to time: the shipped form, every question that applies answered."""
    flow = load_form(recipients=("icmp", "icrc"))
    conversation = begin(flow, "0" * 32, "en", NOW).conversation
    while (question := walk(flow, conversation, NOW.date()).next_open()) is not None:
        conversation = _answered(flow, conversation, question)

    def evaluate() -> object:
        flow.walks.clear()  # what was kept of the last one is not what is timed
        return walk(flow, conversation, NOW.date())

    return evaluate


def _answered(flow: Flow, conversation: Conversation, question: Question) -> Conversation:
    if question.choices:
        fits = (
            choice for choice in question.choices if choice.shows is None and (choice.name == "no" or not question.adds)
        )
        choice = next(fits)
        token = f"c:{question.name}:{choice.name}"
        return step(flow, conversation, Chose(conversation.tag, token, NOW)).conversation
    return step(flow, conversation, Said("2013", 1, NOW)).conversation


def milliseconds(rounds: int = 7, repeats: int = 50) -> float:
    evaluate = whole_form()
    evaluate()
    return round(median(_once(evaluate, repeats) for _ in range(rounds)), 4)


def _once(evaluate: Callable[[], object], repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        evaluate()
    return 1000 * (time.perf_counter() - began) / repeats
