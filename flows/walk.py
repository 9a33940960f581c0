"""Where a conversation stands, derived from its claims alone: which questions apply, which are settled, which is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flows.conversation import Claim, Conversation
from flows.expressions import Scope
from flows.questions import Flow, Question

#: An answer that was not understood is asked about once more; then the words are kept and a person looks at them.
TRIES = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """One relevant question and the claim on it, if any."""

    question: Question
    claim: Claim | None
    #: nothing more to ask here
    settled: bool
    #: settled only because we stopped asking
    needs_human: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """The relevant questions in order, with how each stands. Claims on other questions are parked, not lost."""

    standings: tuple[Standing, ...]
    answers: Mapping[str, str] = field(repr=False)

    def standing(self, name: str) -> Standing | None:
        return next((standing for standing in self.standings if standing.question.name == name), None)

    def next_open(self) -> Question | None:
        """The first relevant question that is not settled; None when all are."""
        return next((standing.question for standing in self.standings if not standing.settled), None)

    def before(self, name: str) -> Question | None:
        """The relevant question before this one; None before the first."""
        previous = None
        for standing in self.standings:
            if standing.question.name == name:
                return previous
            previous = standing.question
        return None


def walk(flow: Flow, conversation: Conversation, today: date) -> Walk:
    """Go through the form once. A condition names earlier questions only, so one pass in order is enough."""
    history: dict[str, list[Claim]] = {}
    for claim in conversation.claims:
        history.setdefault(claim.question, []).append(claim)
    answers: dict[str, str] = {}
    standings = []
    scope = Scope(answers, today=today)
    for question in flow.questions:
        if question.relevant is not None and not question.relevant.holds(scope):
            continue
        standing = _standing(question, history.get(question.name, []), answers, today)
        standings.append(standing)
        if standing.claim is not None:
            answers[question.name] = as_words(standing.claim)
    return Walk(tuple(standings), answers)


def _standing(question: Question, claims: list[Claim], answers: Mapping[str, str], today: date) -> Standing:
    if not claims:
        return Standing(question, None, settled=False)
    if _stands(question, claims[-1], answers, today):
        return Standing(question, claims[-1], settled=True)
    tries = 0
    for claim in reversed(claims):
        if _stands(question, claim, answers, today):
            break
        tries += 1
    return Standing(question, claims[-1], settled=tries >= TRIES, needs_human=tries >= TRIES)


def _stands(question: Question, claim: Claim, answers: Mapping[str, str], today: date) -> bool:
    """Whether nothing more need be asked. A constraint may name other answers, so it is judged by what they are now."""
    if claim.status == "needs_human":
        return False
    if claim.status != "answered" or question.constraint is None:
        return True
    return question.constraint.holds(Scope(answers, as_words(claim), today))


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
    return str(value.get("text", ""))
