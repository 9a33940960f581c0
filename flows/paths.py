"""The shortest and the longest way through the core of a form, in questions asked; by the conditions, not by trying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.expressions import Expression, Scope, as_string
from flows.questions import Flow, Question

#: more combinations of answers than this are not followed; the ways are then the ones seen
MOST_STATES = 5000


@dataclass(frozen=True, slots=True)
class Paths:
    """Numbers of questions on the shortest and the longest way, for one sought person (each repeat once)."""

    shortest: int
    longest: int
    #: the same, content answers only
    shortest_content: int
    longest_content: int
    #: asked only when the family opens the menu
    in_menu: int

    def __str__(self) -> str:
        return (
            f"shortest way to a report: {self.shortest_content} content answers ({self.shortest} questions in all); "
            f"longest: {self.longest_content} ({self.longest}); {self.in_menu} more in the menu.\n"
            "Content answers are the questions about the sought person and the event that are asked of everybody, "
            "answered or left open; not counted: setup, consents, notes, what is computed, about the enquirer, "
            "whether there is one more person."
        )


def paths(flow: Flow) -> Paths:
    """Follow every combination of answers that a condition looks at, through the questions asked of everybody."""
    core = [question for question in flow.questions if question.section is None]
    content = _ways(core, is_content)
    whole = _ways(core, lambda question: question.kind != "calculate")
    return Paths(whole[0], whole[1], content[0], content[1], len(flow.questions) - len(core))


def is_content(question: Question) -> bool:
    """Whether an answer here is what a report is made of."""
    told = question.about in ("person", "event") and question.kind not in ("calculate", "note")
    return told and not question.adds


def _ways(core: Sequence[Question], counts: object) -> tuple[int, int]:
    """(fewest, most) questions that count, over all ways that do not end the conversation."""
    assert callable(counts)  # noqa: S101
    states: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {(): (0, 0)}
    for at, question in enumerate(core):
        later = frozenset(name for one in core[at + 1 :] for name in looks_at(one))
        after: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {}
        for known, (least, most) in states.items():
            answers = dict(known)
            asked = question.relevant is None or question.relevant.holds(Scope(answers, today=date(2026, 1, 1)))
            one = int(bool(counts(question))) if asked else 0
            for answer in _answers(question, answers, later) if asked else ("",):
                kept = {**answers, question.name: answer} if answer else answers
                key = tuple(sorted((name, value) for name, value in kept.items() if name in later))
                low, high = after.get(key, (least + one, most + one))
                after[key] = (min(low, least + one), max(high, most + one))
        states = dict(list(after.items())[:MOST_STATES])
    return min(low for low, _ in states.values()), max(high for _, high in states.values())


def _answers(question: Question, answers: Mapping[str, str], later: frozenset[str]) -> Iterator[str]:
    """The answers worth telling apart: all choices where a later condition looks, else any one."""
    if question.calculation is not None:
        yield as_string(question.calculation.evaluate(Scope(answers, today=date(2026, 1, 1))))
        return
    going_on = [one.name for one in question.choices if one.shows is None and one.ends is None]
    if question.ends_unless:
        going_on = [name for name in going_on if name in question.ends_unless]
    if question.name not in later:
        yield "x"
        return
    if not question.required:
        yield ""
    yield from going_on if question.choices else ("x", "1", "1000")


def looks_at(question: Question) -> frozenset[str]:
    """The questions its condition, computation or choice of choices names."""
    expressions: tuple[Expression | None, ...] = (question.relevant, question.calculation, question.choice_filter)
    return frozenset(name for one in expressions if one is not None for name in one.names)
