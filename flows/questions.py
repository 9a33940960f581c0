"""What a form is made of once it is loaded: questions with compiled conditions, choices, and the flow that orders them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from flows import languages
from flows.expressions import Expression
from flows.phrases import Phrase
from flows.reading.words import fold

Kind = Literal["text", "integer", "decimal", "date", "select_one", "select_multiple", "note"]

#: Which part of the report a question's claim belongs to; `setup` questions steer the conversation and are not reported.
About = Literal["enquirer", "person", "event", "consent", "setup"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a question offers."""

    name: str
    label: Phrase
    #: a longer text this button shows instead of answering ("Read more")
    shows: Phrase | None = None
    #: choosing it asks for a person of the team
    calls_person: bool = False
    #: why a person should look early, in the report's `attention`
    attention: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form; keys are XLSForm's where XLSForm has them."""

    name: str
    kind: Kind
    label: Phrase
    title: Phrase
    about: About
    #: what a claim on it is about, e.g. `event.last_seen`
    field: str
    hint: Phrase | None = None
    #: a line before the question ("The next question can be hard …")
    before: Phrase | None = None
    #: a line after an answer in the family's words ("Thank you for telling us this …")
    thanks: Phrase | None = None
    choices: tuple[Choice, ...] = ()
    columns: int = 1
    #: it cannot be left open: no "I don't know", and nothing typed is kept unless it is one of the choices
    required: bool = False
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Phrase | None = None
    #: which reader turns words into a value (`flows.reading`)
    reads: str = "text"
    #: answering it sets the conversation's `language`, or whether it is `discreet`
    sets: Literal["language", "discreet"] | None = None
    #: choices that let the conversation go on; any other ends it with `ends`
    ends_unless: tuple[str, ...] = ()
    ends: Phrase | None = None
    #: what a consent question is consent to, and for whom
    recipient: str | None = None
    #: where it stands in the form's file
    line: int = 0

    def choice(self, name: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.name == name), None)


@dataclass(frozen=True)
class Flow:
    """A loaded form: its questions in the order they are asked."""

    name: str
    version: str
    title: Phrase
    questions: tuple[Question, ...] = field(repr=False)

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        return {question.name: question for question in self.questions}

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, Choice]]:
        """For each question, its choices by their folded labels in every language offered: people type what they read."""
        spoken = languages.offered()
        return {
            question.name: {
                fold(languages.template(choice.label, language)): choice
                for language in spoken
                for choice in question.choices
            }
            for question in self.questions
        }
