"""What a form is made of once it is loaded: questions with compiled conditions, choices, and the flow that orders them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from flows import languages
from flows.expressions import Expression
from flows.phrases import Phrase
from flows.reading.words import fold

Kind = Literal[
    "text", "integer", "decimal", "date", "select_one", "select_multiple", "note", "image", "audio", "file", "calculate"
]

#: Kinds that are answered by sending something that is not text.
MEDIA = frozenset({"image", "audio", "file"})

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
    #: choosing it ends the conversation with this text; nothing is kept
    ends: Phrase | None = None
    #: a line after choosing it (what to do when somebody asks for money, say)
    thanks: Phrase | None = None
    #: what a question's `choice_filter` may look at: column -> its text
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form that is asked only when the family opens it from the menu."""

    name: str
    title: Phrase
    relevant: Expression | None = None
    #: the repeat it lies in: then there is one for each of its instances
    of: str | None = None
    line: int = 0


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
    #: the menu's section it is asked in; None = the core, asked of everybody
    section: str | None = None
    #: the repeat it belongs to (one instance for each sought person)
    of: str | None = None
    #: the repeat that "yes" here adds one more instance of
    adds: str | None = None
    #: 1, or which further instance of its repeat this is: then its name ends in `.2`, `.3`, …
    instance: int = 1
    #: 1 low, 2 medium, 3 high: what a leak of the answer could do (4 is never asked in a chat, see `Flow.for_a_person`)
    sensitivity: int = 2
    #: what a `calculate` computes from earlier answers
    calculation: Expression | None = None
    #: which of the choices are offered, given earlier answers; None = all
    choice_filter: Expression | None = None
    #: questions whose answers its texts repeat (`${name}`)
    repeats_answers: frozenset[str] = frozenset()
    #: recorded audio of the question: (language, path beside the form's file); "" is any language
    audio: tuple[tuple[str, str], ...] = ()
    #: where it stands in the form's file
    line: int = 0

    @property
    def base(self) -> str:
        """Its name in the form, whatever the instance."""
        return self.name.partition(".")[0]

    def choice(self, name: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.name == name), None)


#: More people than this in one request are an organisation's list, which goes another way.
MOST_PERSONS = 30


@dataclass(frozen=True)
class Flow:
    """A loaded form: its questions in the order they are asked."""

    name: str
    version: str
    title: Phrase
    questions: tuple[Question, ...] = field(repr=False)
    sections: tuple[Section, ...] = ()
    #: titles of what is better told to a person (`sensitivity: 4`): never asked here
    for_a_person: tuple[Phrase, ...] = ()
    #: what fills the placeholders of a consent's text, by language; None = the text is known unfilled only
    facts: Callable[[str], Mapping[str, str]] | None = field(default=None, repr=False, compare=False)
    #: the walks made last (`flows.walk`), by what they depend on
    walks: OrderedDict[Any, Any] = field(default_factory=OrderedDict, init=False, repr=False, compare=False)
    _instances: dict[tuple[str, int], Question] = field(default_factory=dict, init=False, repr=False, compare=False)
    _hashes: dict[tuple[str, str], str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        """The questions as the form has them; `question` finds further instances too."""
        return {question.name: question for question in self.questions}

    @cached_property
    def section_names(self) -> Mapping[str, Section]:
        return {section.name: section for section in self.sections}

    @cached_property
    def members(self) -> Mapping[str, tuple[Question, ...]]:
        """For each repeat, its questions."""
        names = dict.fromkeys(question.of for question in self.questions if question.of)
        return {name: tuple(one for one in self.questions if one.of == name) for name in names}

    @cached_property
    def persons_repeat(self) -> str | None:
        """The repeat of the sought persons: the first one."""
        return next((question.of for question in self.questions if question.of), None)

    @cached_property
    def blank(self) -> Mapping[str, Mapping[str, str]]:
        """For each repeat, an empty answer to each of its questions: what a new instance knows."""
        return {name: {question.name: "" for question in members} for name, members in self.members.items()}

    @cached_property
    def settings(self) -> Mapping[str, Question]:
        """The questions that steer the conversation, by what they set (`language`, `discreet`)."""
        return {question.sets: question for question in reversed(self.questions) if question.sets}

    def question(self, name: str) -> Question | None:
        """The question of this name, `name.3` being the third person's."""
        base, _, number = name.partition(".")
        known = self.by_name.get(base)
        if known is None or not number:
            return known
        if not number.isdecimal() or not 2 <= int(number) <= MOST_PERSONS or not (known.of or known.adds):
            return None
        return self.instance(known, int(number))

    def instance(self, question: Question, number: int) -> Question:
        """The question as it is asked about the `number`th person."""
        if number == 1:
            return question
        key = (question.name, number)
        if key not in self._instances:
            self._instances[key] = replace(question, name=f"{question.name}.{number}", instance=number)
        return self._instances[key]

    def consent_text(self, question: Question, language: str) -> str:
        """SHA-256 (hex) of everything a consent question says in a language: which text somebody agreed to."""
        key = (question.base, language)
        if key not in self._hashes:
            shown = [line for line in (question.before, question.label, question.hint) if line is not None]
            facts = self.facts(language) if self.facts else None
            self._hashes[key] = languages.fingerprint(shown, language, facts)
        return self._hashes[key]

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
