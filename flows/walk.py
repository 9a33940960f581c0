"""Where a conversation stands, derived from its claims alone: which questions apply, which are settled, which is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from flows.conversation import Claim, Conversation, files_of
from flows.expressions import Scope, as_string
from flows.phrases import Value
from flows.questions import MOST_PERSONS, Flow, Question, Section

#: An answer that was not understood is asked about once more; then the words are kept and a person looks at them.
TRIES = 2
#: So many walks are kept for the turns to come: few, because they hold answers, also of a draft that has been locked meanwhile.
MOST_KEPT = 8
#: What words may mean is asked back no more often than this: a question may raise another (which year? which Eid?).
MOST_TRIES = 3


class Standing(NamedTuple):
    """One relevant question and the claim on it, if any."""

    question: Question
    claim: Claim | None
    #: nothing more to ask here
    settled: bool
    #: settled only because we stopped asking, or because only a person can hear it
    needs_human: bool = False
    #: asked without being opened from the menu
    due: bool = True
    #: it was agreed to, but its text is another one now
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """The relevant questions in order, with how each stands. Claims on other questions are parked, not lost."""

    standings: tuple[Standing, ...]
    answers: Mapping[str, str] = field(repr=False)
    #: sections of the menu that apply, as (section, instance)
    sections: tuple[tuple[Section, int], ...]
    #: computed answers: (question, what it comes to)
    computed: tuple[tuple[Question, str], ...] = field(repr=False)
    #: how many sought persons there are
    persons: int

    def standing(self, name: str | None) -> Standing | None:
        return next((standing for standing in self.standings if standing.question.name == name), None)

    def next_open(self, section: str | None = None) -> Question | None:
        """The first question to ask: of the open section, else of those asked of everybody; None when all are settled."""
        inside = self.next_in(section) if section else None
        if inside is not None:
            return inside
        return next((one.question for one in self.standings if one.due and not one.settled), None)

    def next_in(self, section: str) -> Question | None:
        """The first question of a section (`photo`, `photo.2`) that is not settled; None when all are."""
        return next((one.question for one in self.inside(section) if not one.settled), None)

    def inside(self, section: str) -> Iterator[Standing]:
        """The relevant questions of a section, of one instance."""
        name, _, number = section.partition(".")
        instance = int(number or 1)
        for standing in self.standings:
            if standing.question.section == name and standing.question.instance == instance:
                yield standing

    def before(self, name: str) -> Question | None:
        """The question before this one, as the family met them; None before the first."""
        previous = None
        here = self.standing(name)
        for standing in self.standings:
            if standing.question.name == name:
                return previous
            near = here is not None and standing.question.section == here.question.section
            if (standing.due and near) or standing.claim is not None:
                previous = standing.question
        return None


def walk(flow: Flow, conversation: Conversation, today: date) -> Walk:
    """Go through the form once. A condition names earlier questions only, so one pass in order is enough.

    A turn begins where the chat's last one ended, so the walks made last are kept.
    """
    claims = conversation.claims
    key = (id(claims), conversation.adds, conversation.persons, today)
    kept = flow.walks.get(key)
    if kept is not None and kept[0] is claims:  # an id alone could be that of another tuple by now
        flow.walks.move_to_end(key)
        known: Walk = kept[1]
        return known
    walked = _Walker(flow, conversation, today).walk()
    flow.walks[key] = (claims, walked)
    if len(flow.walks) > MOST_KEPT:
        flow.walks.popitem(last=False)
    return walked


class _Walker:
    """One pass over the form."""

    def __init__(self, flow: Flow, conversation: Conversation, today: date) -> None:
        self._flow = flow
        self._conversation = conversation
        self._today = today
        self._history: dict[str, list[Claim]] = {}
        for claim in conversation.claims:
            self._history.setdefault(claim.question, []).append(claim)
        self._answers: dict[str, str] = {}
        self._standings: list[Standing] = []
        self._computed: list[tuple[Question, str]] = []
        self._persons = 1

    def walk(self) -> Walk:
        everybody = Scope(self._answers, today=self._today)
        for question in self._flow.questions:
            self._visit(question, everybody)
            if question.adds:
                self._further(question, question.adds)
        sections = tuple(self._sections())
        return Walk(tuple(self._standings), self._answers, sections, tuple(self._computed), self._persons)

    def _further(self, adding: Question, repeat: str) -> None:
        """The further instances of a repeat: each is followed by the question whether there is one more."""
        again, number = adding, 1
        sent = self._conversation.persons if repeat == self._flow.persons_repeat else 1
        while number < MOST_PERSONS and (self._answers.get(again.name) == "yes" or sent > number):
            number += 1
            self._persons = max(self._persons, number)
            own: dict[str, str] = {**self._answers, **self._flow.blank[repeat]}
            scope = Scope(own, today=self._today, position=number)
            for member in self._flow.members[repeat]:
                question = self._flow.instance(member, number)
                self._visit(question, scope)
                own[member.name] = self._answers.get(question.name, "")
            again = self._flow.instance(adding, number)
            self._visit(again, Scope(self._answers, today=self._today))

    def _visit(self, question: Question, scope: Scope) -> None:
        if question.relevant is not None and not question.relevant.holds(scope):
            return
        if question.calculation is not None:
            value = as_string(question.calculation.evaluate(scope))
            self._answers[question.name] = value
            self._computed.append((question, value))
            return
        if question.choice_filter is not None or question.repeats_answers:
            question = self._as_asked(question, scope)
            if question.choice_filter is not None and not question.choices:
                return  # nothing is left to choose: there is no question
        standing = self._standing(question, scope)
        self._standings.append(standing)
        if standing.claim is not None:
            self._answers[question.name] = as_words(standing.claim)

    def _as_asked(self, question: Question, scope: Scope) -> Question:
        """The question with the choices that are left, and with the answers its texts repeat."""
        choices = question.choices
        if (offered := question.choice_filter) is not None:
            choices = tuple(one for one in choices if offered.holds(replace(scope, row=one.columns)))
        said = {name: self._said(name, question.instance) for name in question.repeats_answers}
        if not said:
            return replace(question, choices=choices)
        texts = {
            key: replace(text, values={**text.values, **said})
            for key in ("label", "hint", "before", "constraint_message")
            if (text := getattr(question, key)) is not None
        }
        return replace(question, choices=choices, **texts)

    def _said(self, name: str, instance: int) -> Value:
        """An answer as a family reads it: a choice by its label."""
        asked = self._flow.by_name[name]
        if asked.of:
            asked = self._flow.instance(asked, instance)
        answer = self._answers.get(asked.name, "")
        choice = asked.choice(answer)
        return choice.label if choice else answer or "…"

    def _standing(self, question: Question, scope: Scope) -> Standing:
        due = question.section is None and (
            not self._conversation.adds
            or question.about in ("setup", "consent")
            or question.instance > self._conversation.persons
        )
        claims = self._history.get(question.name)
        if not claims:
            return Standing(question, None, settled=False, due=due)
        last = claims[-1]
        if not self._same_text(question, last):
            return Standing(question, last, False, due=due, outdated=True)
        if self._stands(question, last, scope):
            return Standing(question, last, True, last.status == "needs_human", due)
        given_up = not last.waits and self._tries(question, claims, scope) >= (TRIES if last.confirmed else MOST_TRIES)
        return Standing(question, last, given_up, given_up, due)

    def _tries(self, question: Question, claims: list[Claim], scope: Scope) -> int:
        """How often in a row words were not understood; while we ask something back, only how often that was asked."""
        asked_back = not claims[-1].confirmed
        tries = 0
        for claim in reversed(claims):
            if self._stands(question, claim, scope) or claim.waits or (asked_back and claim.confirmed):
                break
            tries += 1
        return tries

    def _stands(self, question: Question, claim: Claim, scope: Scope) -> bool:
        """Whether nothing more need be asked. A constraint may name other answers, so it is judged by what they are now."""
        if claim.status == "needs_human":
            return bool(files_of(claim))
        if not claim.confirmed:
            return False
        if claim.status == "answered" and question.choice_filter is not None and not _is_offered(question, claim):
            return False
        if claim.status != "answered" or question.constraint is None:
            return True
        return question.constraint.holds(Scope(scope.answers, as_words(claim), self._today, scope.position))

    def _same_text(self, question: Question, claim: Claim) -> bool:
        """Whether a consent was given to the text as it stands now."""
        if question.about != "consent" or claim.value is None or "text_sha256" not in claim.value:
            return True
        now = self._flow.consent_text(question, claim.value["language"])
        return bool(claim.value["text_sha256"] == now)

    def _sections(self) -> Iterator[tuple[Section, int]]:
        reached = {(one.question.section, one.question.instance) for one in self._standings}
        for section in self._flow.sections:
            for instance in range(1, (self._persons if section.of else 1) + 1):
                if (section.name, instance) in reached:
                    yield section, instance


def _is_offered(question: Question, claim: Claim) -> bool:
    """Whether what was chosen is still among the choices: an earlier answer may have changed since."""
    return all(question.choice(code) is not None for code in as_words(claim).split())


def as_words(claim: Claim) -> str:
    """The answer as an XLSForm expression sees it; empty when it is not known."""
    value = claim.value
    if claim.status != "answered" or value is None:
        return ""
    match value["type"]:
        case "choice":
            return str(value["code"])
        case "choices":
            return " ".join(value["codes"])
        case "number" | "age":
            number = value.get("number", value.get("years"))
            return str(int(number)) if float(number).is_integer() else str(number)
        case "date":
            return str(value["earliest"] or value["edtf"])
        case "place":
            return str(value["code"] or value["text"])
        case "name":
            return str(value["full"])
        case "phone":
            return str(value["e164"])
        case "files":
            return " ".join(file["id"] for file in value["files"])
    return str(value.get("text", ""))
