"""A family that answers whatever it is asked from a script, and random forms for it to answer. For property tests."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flows import screens as say
from flows.conversation import Conversation, files_of
from flows.effects import Effect, Inquire, Show, Submit, Toast
from flows.events import Attached, Chose, Edited, Event, File, LookedUp, Said
from flows.presses import press
from flows.questions import MEDIA, Flow, Question
from flows.step import begin, step
from flows.turn import Here

AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What the family answers: a button, words, a status, or ticks."""

    choice: str = ""
    words: str = ""
    status: str = ""
    ticks: frozenset[str] = frozenset()
    #: `photo`, `voice`, …
    file: str = ""


def a_file(name: str) -> File:
    """What the shell makes of something received for this question."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return File(digest[:32], "image", "image/jpeg", 1000, digest, original=False)


Script = Callable[[Question], Answer]


@dataclass
class Family:
    """Answers from a script, one event after another, all at the same moment."""

    flow: Flow
    script: Script
    conversation: Conversation = field(init=False)
    messages: dict[str, int] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    #: whether it opens the menu too
    sections: bool = True
    _message: int = 0

    def __post_init__(self) -> None:
        self.conversation = begin(self.flow, "a" * 32, "en", AT).conversation

    def happen(self, event: Event) -> None:
        turn = step(self.flow, self.conversation, event)
        self.conversation, self.effects = turn.conversation, turn.effects
        if Inquire() in turn.effects:  # the shell looks it up and comes back at once
            self.happen(LookedUp((), AT))

    def press(self, token: str) -> None:
        self.happen(Chose(self.conversation.tag, token, AT))

    @property
    def asked(self) -> Question | None:
        return Here(self.flow, self.conversation, AT).asked

    def answer(self, question: Question, answer: Answer) -> None:
        """Answer; what was understood of the words is agreed to."""
        self._answer(question, answer)
        claim = self.conversation.current().get(question.name)
        if claim is not None and claim.status == "answered" and not claim.confirmed:
            self.press(press("y", question.name))

    def _answer(self, question: Question, answer: Answer) -> None:
        if answer.status:
            self.press(press("s", question.name, answer.status))
        elif answer.ticks:
            claim = self.conversation.current().get(question.name)
            ticked = set(claim.value["codes"]) if claim and claim.value else set()
            for choice in sorted(answer.ticks ^ ticked):
                self.press(press("t", question.name, choice))
            self.press(press("d", question.name))
        elif answer.choice:
            self.press(press("c", question.name, answer.choice))
        elif answer.file:
            self._message += 1
            self.messages[question.name] = self._message
            self.happen(Attached(answer.file, self._message, AT, a_file(question.name)))
            if question.kind in MEDIA:
                self.press(press("d", question.name))
        else:
            self._message += 1
            self.messages[question.name] = self._message
            self.happen(Said(answer.words, self._message, AT))

    def answer_all(self, until: str | None = None) -> None:
        """Answer from the script until the review, every section of the menu too, or until the named question was answered."""
        for _ in range(2000):
            asked = self.asked
            if asked is None and not self._open_a_section():
                return
            asked = self.asked
            if asked is None:
                continue
            self.answer(asked, self.script(asked))
            if asked.name == until and self.asked != asked:
                return
        raise AssertionError("the conversation does not come to an end")

    def _open_a_section(self) -> bool:
        """Open the first section that still asks something; False when there is none, or none is wanted."""
        walked = Here(self.flow, self.conversation, AT).walked
        for section, instance in walked.sections if self.sections else ():
            name = f"{section.name}.{instance}"
            if walked.next_in(name) is not None:
                self.press(press("m", word=name))
                return True
        return False

    def edit(self, question: Question, answer: Answer, how: str) -> None:
        """Change an earlier answer: by its pencil, by an old button, or by editing the message it came in."""
        if how == "message" and question.name in self.messages and answer.words:
            self.happen(Edited(answer.words, self.messages[question.name], AT))
            claim = self.conversation.current().get(question.name)
            if claim is not None and claim.status == "answered" and not claim.confirmed:
                self.press(press("y", question.name))
        elif how == "button" and (answer.choice or answer.status) and not self._has_files(question):
            self.answer(question, answer)
        else:
            self.press(press("e", question.name))
            if self._has_files(question):
                self.press(press("r", question.name))
                self.press(press("e", question.name))
            self.answer(question, answer)

    def _has_files(self, question: Question) -> bool:
        return bool(files_of(self.conversation.current().get(question.name)))

    def send(self) -> Mapping[str, Any]:
        self.press("send")
        return next(effect.report for effect in self.effects if isinstance(effect, Submit))

    def is_shown_a_screen(self) -> bool:
        """Or told that what is shown stands: a button pressed twice."""
        return any(isinstance(effect, Show) or effect == Toast(say.SAVED) for effect in self.effects)


def random_answer(question: Question, rng: random.Random) -> Answer:
    """Anything a family might do with a question: mostly answer it, sometimes leave it open or write what cannot be read."""
    choices = [choice.name for choice in question.choices if choice.shows is None and choice.ends is None]
    if question.kind == "note":
        return Answer(choice="ok")
    if question.ends_unless:
        return Answer(choice=question.ends_unless[0])
    if question.adds:
        return Answer(choice="yes" if question.instance < 4 and rng.random() < 0.4 else "no")
    if question.kind in MEDIA:
        return Answer(file="photo") if rng.random() < 0.6 else Answer(status=rng.choice(["unknown", "deferred"]))
    if question.kind == "text" and not choices and rng.random() < 0.08:
        return Answer(file="voice")
    if not question.required and rng.random() < 0.15:
        return Answer(status=rng.choice(["unknown", "refused", "deferred"]))
    if question.kind == "select_multiple":
        return Answer(ticks=frozenset(rng.sample(choices, rng.randint(1, len(choices)))))
    if choices and (question.required or rng.random() < 0.85):
        return Answer(choice=rng.choice(choices))
    if question.kind in ("integer", "decimal"):
        return Answer(words=rng.choice(["3", "١٧", "40", "no idea"]))
    if question.reads in ("date", "birth"):
        return Answer(words=rng.choice(["2013", "حزيران ٢٠١٣", "12/6/2013", "34", "long ago"]))
    return Answer(words=rng.choice(["Amal", "يوسف خالد", "حلب", "in the night", "x" * 400]))


def script_of(flow: Flow, rng: random.Random) -> Script:
    """An answer for each question there can be, the further persons' included, the same whenever it is asked."""
    seed = rng.random()
    return lambda question: random_answer(question, random.Random(f"{seed} {question.name}"))


def changed(script: Script, name: str, answer: Answer) -> Script:
    return lambda question: answer if question.name == name else script(question)


def random_form(rng: random.Random) -> str:
    """YAML of a form of every type, with groups, conditions and constraints that look back."""
    choices = {f"list{n}": [f"c{k}" for k in range(rng.randint(2, 5))] for n in range(3)}
    lines = ["form: random", 'version: "1"', "title: Random", "choices:"]
    for name, entries in choices.items():
        lines += [f"  {name}:", *(f"    - {{name: {entry}, label: {entry} of {name}}}" for entry in entries)]
    lines.append("questions:")
    asked: list[tuple[str, str]] = []
    for number in range(rng.randint(4, 14)):
        kind = rng.choice(
            [
                "text",
                "integer",
                "date",
                "note",
                "select_one list0",
                "select_one list1",
                "select_multiple list2",
                "image",
            ]
        )
        name = f"q{number}"
        field_name = "setup" if kind == "note" else rng.choice(["person", "event", "enquirer"])
        body = [f"name: {name}", f"type: {kind}", f"label: Question {number}?", f"title: Title {number}"]
        body.append(f"field: {field_name}.{name}")
        if condition := _condition(asked, rng):
            body.append(f'relevant: "{condition}"')
        if kind in ("integer", "text") and rng.random() < 0.4:
            body.append(f'constraint: "{_constraint(kind, asked, rng)}"')
            body.append("constraint_message: That does not fit.")
        lines += [f"  - {body[0]}", *(f"    {line}" for line in body[1:])]
        if kind != "note":
            asked.append((name, kind))
    return "\n".join(lines) + "\n"


def _condition(asked: list[tuple[str, str]], rng: random.Random) -> str:
    if not asked or rng.random() < 0.45:
        return ""
    parts = [_test(*rng.choice(asked), rng) for _ in range(rng.randint(1, 2))]
    return rng.choice([" and ", " or "]).join(parts)


def _test(name: str, kind: str, rng: random.Random) -> str:
    ref = "${" + name + "}"
    if kind.startswith("select_one"):
        return f"{ref} {rng.choice(['=', '!='])} 'c{rng.randint(0, 2)}'"
    if kind.startswith("select_multiple"):
        return f"selected({ref}, 'c{rng.randint(0, 2)}')"
    if kind == "integer":
        return f"{ref} {rng.choice(['<', '>', '>='])} {rng.randint(0, 30)}"
    if kind == "date":
        return f"{ref} >= '2013-02'"
    return rng.choice([f"{ref} != ''", f"string-length({ref}) > 6", f"not(contains({ref}, 'a'))"])


def _constraint(kind: str, asked: list[tuple[str, str]], rng: random.Random) -> str:
    own = f". < {rng.randint(5, 60)}" if kind == "integer" else f"string-length(.) < {rng.randint(5, 500)}"
    return f"{own} or {_test(*rng.choice(asked), rng)}" if asked and rng.random() < 0.4 else own


def same_but_for_ids(report: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**report, "id": ""}


__all__ = [
    "AT",
    "Answer",
    "Family",
    "changed",
    "random_answer",
    "random_form",
    "same_but_for_ids",
    "script_of",
]
