"""What the engine itself says and shows: a question with its buttons, the review, and the few screens around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from flows.conversation import Claim, Conversation
from flows.phrases import Button, Phrase, Screen, Value
from flows.presses import press
from flows.questions import Question
from flows.walk import Standing, Walk

#: a family's answer in the review is cut after this many characters, so that the whole review fits one message
CLIP = 120

_Item = TypeVar("_Item")


def N_(msgid: str, **values: Value) -> Phrase:  # noqa: N802  (gettext's own name for "mark for translation")
    """A phrase of the engine; the extractor finds it by this name."""
    return Phrase(msgid, "engine", values)


# -- buttons, in the same place on every question ------------------------------------------------------------------------

DONT_KNOW = N_("I don't know")
RATHER_NOT = N_("I'd rather not say")
LATER = N_("Later")
BACK = N_("Back")
PAUSE = N_("Pause")
CONTINUE = N_("Continue")
CHANGE = N_("Change")
SEND = N_("Send")
DONE = N_("Done")
YES_DELETE = N_("Delete everything")
KEEP = N_("Keep it")
PERSON = N_("Talk to a person")
START_NEW = N_("New search request")

# -- sentences -----------------------------------------------------------------------------------------------------------

KEPT_NO_DATE = N_(
    "We kept your words as you wrote them, but could not turn them into a date. Could you write at least the year? "
    "If not, that is fine too."
)
KEPT_CHOOSE = N_(
    "We kept your words. Which of these comes closest? If none does, write it again and we keep it as it is."
)
KEPT_AGAIN = N_("We kept your words, but are not sure what they mean here. Could you write it another way?")
USE_BUTTONS = N_("Please choose one of the buttons below.")
WELCOME_BACK = N_("Welcome back. Everything you wrote is still here.")
TEXT_ONLY = N_("We can only read text here for now. Could you write it in a few words?")
OLD_BUTTON = N_("This button belongs to an earlier conversation.")
NOT_ASKED_NOW = N_("This question does not apply any more, given your other answers. What you wrote is not lost.")
CHANGED = N_("Changed.")
TAKE_A_BREAK = N_(
    "There is no hurry. What you have written so far is saved, and you can continue whenever it suits you."
)
HUMAN_CONTACT = N_(
    "You can speak with a person from the team: {contact}. Languages: {languages}. Hours: {hours}. "
    "This chat is automatic and is not read all the time."
)
REVIEW = N_(
    'Please check what you wrote:\n{summary}\nYou can change any answer. Nothing is sent until you press "Send".'
)
TO_CHANGE = N_("To change an answer, press its button below.")
SUBMITTED = N_(
    "Your search request has been received. Reference:\n{code}\n"
    "Please keep this reference in a safe place. With it you can ask about the request or add to it, also from another phone.\n"
    "We will write to you only if there is something to ask or to tell you."
)
CANNOT_PROMISE = N_(
    "We take every request seriously, but we cannot promise an answer, or when one may come. If there is news that has been "
    "checked, a person from the team will tell you, not this automatic service."
)
ALREADY_SENT = N_("Your search request has been received. A person will read it.")
DELETE_DRAFT = N_(
    "Do you want everything you wrote here to be deleted? Nothing of it has been sent. This cannot be undone. "
    "It does not delete the chat on your phone; you have to do that in Telegram yourself."
)
NOTHING_TO_DELETE = N_(
    "Your request has already been sent and is no longer kept here. To have it deleted, please speak with a person: {contact}."
)
DELETED = N_("Your answers have been deleted. If you wish, you can start again at any time.")
HELP = N_(
    "This service asks you questions about a relative who is missing. Answer with the buttons or in your own words; "
    "every question may stay open. /pause to rest, /language to change the language, /person to speak with somebody, "
    "/delete to delete what you wrote."
)


#: the chat's menu, as it stands beside the text field: plain words, because others may see it
COMMANDS: Mapping[str, Phrase] = {
    "start": N_("Begin or go on"),
    "pause": N_("Take a break"),
    "language": N_("Another language"),
    "person": N_("Talk to a person"),
    "help": N_("Help"),
    "delete": N_("Delete what I wrote"),
}


def question_screen(
    question: Question, claim: Claim | None, *, can_go_back: bool, lead: Sequence[Phrase] = ()
) -> Screen:
    """A question as the family sees it. `lead` stands above it: a thank-you, or why we ask once more."""
    label = _in_every_language(question) if question.sets == "language" else (question.label,)
    lines = (*lead, *(line for line in (question.before, *label, question.hint) if line is not None))
    return Screen(lines, (*_choice_rows(question, claim), *_standard_rows(question, can_go_back)))


def more_screen(question: Question, more: Phrase) -> Screen:
    """A longer text in place of the question's own, with the same buttons."""
    lines = (more, question.label) if question.before else (more,)
    return Screen(lines, (*_choice_rows(question, None), *_standard_rows(question, can_go_back=True)))


def _in_every_language(question: Question) -> tuple[Phrase, ...]:
    """The language question speaks all of them: nobody is addressed in a language on a guess."""
    return tuple(replace(question.label, language=choice.name) for choice in question.choices)


def _choice_rows(question: Question, claim: Claim | None) -> Iterator[tuple[Button, ...]]:
    if question.kind == "note":
        yield (Button(CONTINUE, press("c", question.name, "ok")),)
        return
    ticked = set(claim.value["codes"]) if claim and claim.value and claim.value["type"] == "choices" else set()
    multiple = question.kind == "select_multiple"
    buttons = [
        Button(
            N_("✓ {choice}", choice=choice.label) if choice.name in ticked else choice.label,
            press("t" if multiple else "c", question.name, choice.name),
        )
        for choice in question.choices
    ]
    yield from _rows(buttons, question.columns)
    if multiple:
        yield (Button(DONE, press("d", question.name)),)


def _standard_rows(question: Question, can_go_back: bool) -> Iterator[tuple[Button, ...]]:
    back = (Button(BACK, press("b", question.name)),) if can_go_back else ()
    if question.required or question.kind == "note":
        if back:
            yield (*back, Button(PAUSE, press("p")))
        return
    yield (
        Button(DONT_KNOW, press("s", question.name, "unknown")),
        Button(RATHER_NOT, press("s", question.name, "refused")),
    )
    yield (Button(LATER, press("s", question.name, "deferred")), *back, Button(PAUSE, press("p")))


def review_screen(walked: Walk, lead: Sequence[Phrase] = ()) -> Screen:
    """Every reportable answer on a line, each with its pencil; then Send."""
    standings = [standing for standing in walked.standings if standing.claim and _is_reviewed(standing.question)]
    summary = tuple(
        N_("- {title}: {answer}", title=standing.question.title, answer=_answer(standing)) for standing in standings
    )
    pencils = [
        Button(N_("{title} ✎", title=standing.question.title), press("e", standing.question.name))
        for standing in standings
    ]
    text = Phrase(REVIEW.msgid, REVIEW.context, {"summary": summary})
    ends = ((Button(SEND, press("send")),), (Button(PAUSE, press("p")), Button(YES_DELETE, press("x"))))
    return Screen((*lead, text), (*_rows(pencils, 2), *ends))


def _is_reviewed(question: Question) -> bool:
    """The setup is changed by commands, and the consent everything rests on is not one answer among others."""
    return question.about != "setup" and not question.ends_unless


def _answer(standing: Standing) -> Value:
    claim = standing.claim
    assert claim is not None  # noqa: S101  (review_screen shows answered questions only)
    match claim.status:
        case "unknown":
            return DONT_KNOW
        case "refused":
            return RATHER_NOT
        case "deferred":
            return LATER
    if claim.raw is not None:
        return clip(claim.raw.text)
    value = claim.value or {}
    if value.get("type") == "choices":
        labels = [choice.label for code in value["codes"] if (choice := standing.question.choice(code))]
        return _listed(labels)
    choice = standing.question.choice(str(value.get("code")))
    return choice.label if choice else clip(str(value.get("text", "")))


def _listed(labels: list[Phrase]) -> Value:
    if len(labels) == 1:
        return labels[0]
    return N_("{first}, {rest}", first=labels[0], rest=_listed(labels[1:]))


def clip(words: str) -> str:
    """The beginning of long words, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= CLIP else line[: CLIP - 1].rstrip() + "…"


def pause_screen() -> Screen:
    return Screen((TAKE_A_BREAK,), ((Button(CONTINUE, press("g")),), (Button(PERSON, press("h")),)))


def person_screen(conversation: Conversation) -> Screen:
    on = () if conversation.status == "submitted" else ((Button(CONTINUE, press("g")),),)
    return Screen((HUMAN_CONTACT,), on)


def help_screen() -> Screen:
    return Screen((HELP, HUMAN_CONTACT), ((Button(CONTINUE, press("g")),),))


def delete_screen() -> Screen:
    return Screen((DELETE_DRAFT,), ((Button(KEEP, press("g")),), (Button(YES_DELETE, press("xx")),)))


def submitted_screen(*lines: Phrase) -> Screen:
    return Screen(lines, ((Button(START_NEW, press("n")),), (Button(PERSON, press("h")),)))


def ended_screen(line: Phrase) -> Screen:
    return Screen((line,), ((Button(START_NEW, press("n")),),))


def _rows(items: list[_Item], columns: int) -> Iterator[tuple[_Item, ...]]:
    for start in range(0, len(items), columns):
        yield tuple(items[start : start + columns])
