"""Questions no family can ever be asked, questions nobody can get past, forms nobody can send: found before anybody tries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice, product

from flows.expressions import Scope
from flows.questions import Flow, Question

_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_COMPARED = re.compile(
    r"\$\{\s*([a-z0-9_]+)\s*\}\s*!?=\s*'([^']*)'|selected\(\s*\$\{\s*([a-z0-9_]+)\s*\}\s*,\s*'([^']*)'\s*\)"
)
#: combinations of answers that are tried for one condition
MOST_TRIED = 20_000
#: what a calculate or a repeat's number may come to is not guessed
_OPEN = re.compile(r"position\(|regex\(|today\(|now\(")


def unreachable(flow: Flow) -> Iterator[tuple[Question, str]]:
    """(question, what is wrong) for each condition that holds for no answers there can be, and each choice nobody offers."""
    for question in flow.questions:
        condition = question.relevant
        if condition is None:
            continue
        unknown = sorted(
            (name, value)
            for name, value in _compared(condition.text)
            if (asked := flow.by_name.get(name)) and asked.choices and value and asked.choice(value) is None
        )
        if unknown:
            name, value = unknown[0]
            known = ", ".join(one.name for one in flow.by_name[name].choices)
            yield question, f"relevant: {name!r} has no choice {value!r}; choices there: {known}"
        elif not _can_hold(flow, question):
            says = f"{question.name!r} is never asked: no answers make its condition true ({condition.text})"
            yield question, f"{says}; correct the condition or take the question out"


def dead_ends(flow: Flow) -> Iterator[tuple[Question, str]]:
    """(question, what is wrong) for each question nobody can get past: required, and every choice ends or only shows."""
    for question in flow.questions:
        if not question.required or not question.choices:
            continue
        ways = [one for one in question.choices if one.shows is None and one.ends is None]
        if question.ends_unless:
            ways = [one for one in ways if one.name in question.ends_unless]
        if not ways:
            says = (
                f"nobody gets past {question.name!r}: it is required and each of its choices ends or only shows a text"
            )
            yield question, f"{says}; add a choice that goes on"


def unsendable(flow: Flow) -> Iterator[tuple[Question, str]]:
    """(the first question, what is wrong) when no answer is about anything: there would be nothing to send, ever."""
    asked = [question for question in flow.questions if question.kind not in ("note", "calculate")]
    if flow.questions and not any(_is_reported(question) for question in asked):
        says = "no question of this form has a field, so nothing could ever be sent"
        first = next(iter(asked), flow.questions[0])
        yield first, f"{says}; give the questions that a report is made of a field: person.…, event.… or enquirer.…"


def _is_reported(question: Question) -> bool:
    return question.about not in ("setup", "consent") and not question.adds


def _compared(text: str) -> Iterator[tuple[str, str]]:
    for match in _COMPARED.finditer(text):
        yield (match[1], match[2]) if match[1] else (match[3], match[4])


def _can_hold(flow: Flow, question: Question) -> bool:
    """Whether some answers make the condition true; true where that cannot be told."""
    condition = question.relevant
    assert condition is not None  # noqa: S101
    names = sorted(condition.names)
    if _OPEN.search(condition.text) or any(flow.by_name[name].calculation is not None for name in names):
        return True
    domains = [_domain(flow.by_name[name], condition.text) for name in names]
    size = 1
    for domain in domains:
        size *= len(domain)
    tried = islice(product(*domains), MOST_TRIED)
    day = date(2026, 1, 1)
    if any(condition.holds(Scope(dict(zip(names, answers, strict=True)), today=day)) for answers in tried):
        return True
    return size > MOST_TRIED


def _domain(question: Question, text: str) -> list[str]:
    """Answers to a question worth trying: its choices, or what a condition compares with."""
    names = [choice.name for choice in question.choices]
    if question.kind == "select_multiple":
        return ["", *names, " ".join(names)]
    if names:
        return ["", *names]
    numbers = [float(found) for found in _NUMBER.findall(text)]
    near = [f"{number + step:g}" for number in numbers for step in (-1, 0, 1)]
    quoted = [one or two for one, two in _QUOTED.findall(text)]
    return ["", "x", *quoted, *near]
