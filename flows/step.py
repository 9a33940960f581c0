"""The whole state machine: `step(flow, conversation, event) -> Turn`. All transitions live in this file.

Two rules for the reader. First, where a conversation stands is never stored: the next question is the first relevant one
that is not settled (`flows.walk`), unless the family asked for another (`focus`). Second, nothing here acts: a turn is the
new conversation and the effects it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flows import screens as say
from flows.conversation import Claim, ClaimStatus, Conversation, Raw
from flows.effects import CallPerson, Effect, Erase, Forget, Renew, Settle, Show, Submit, Tell, Toast
from flows.events import Attached, Chose, Commanded, Edited, Event, Said
from flows.phrases import Button, Phrase, Screen
from flows.presses import Press, press, read_press
from flows.questions import Choice, Flow, Question
from flows.reading import READERS, Ambiguous, NotUnderstood, Understood
from flows.reading.words import fold
from flows.report import report
from flows.walk import Walk, walk

_STATUSES: Mapping[str, ClaimStatus] = {"unknown": "unknown", "refused": "refused", "deferred": "deferred"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event leads to: the conversation after it, and what the world is asked to do, in this order."""

    conversation: Conversation = field(repr=False)
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class _Here:
    """Where a turn stands while it is decided: the conversation and the walk over its claims."""

    flow: Flow
    conversation: Conversation = field(repr=False)
    at: datetime
    walked: Walk = field(repr=False)

    @classmethod
    def at_(cls, flow: Flow, conversation: Conversation, at: datetime) -> _Here:
        return cls(flow, conversation, at, walk(flow, conversation, at.date()))

    def move_on(self, *lead: Phrase, also: tuple[Effect, ...] = (), **changed: Any) -> Turn:
        """Show what comes next; `changed` are fields of the conversation that are not claims."""
        conversation = replace(self.conversation, **changed) if changed else self.conversation
        return _move_on(self.flow, conversation, self.at, *lead, also=also, walked=self.walked)


def begin(flow: Flow, conversation_id: str, language: str, at: datetime, *, language_known: bool = False) -> Turn:
    """A new conversation and its first screen. With `language_known` the language is not asked again."""
    conversation = Conversation(id=conversation_id, language=language, started_at=at)
    asks = next((question for question in flow.questions if question.sets == "language"), None)
    if language_known and asks is not None and asks.choice(language):
        value = _choice_value(asks, asks.choice(language))
        conversation = conversation.with_claim(Claim(asks.name, "answered", at, value=value))
    return _move_on(flow, conversation, at)


def step(flow: Flow, conversation: Conversation, event: Event) -> Turn:
    """The turn this event leads to. Never raises on anything a family can send; an event that means nothing changes nothing."""
    if conversation.status != "open":
        return _after_the_end(flow, conversation, event)
    match event:
        case Chose(tag, token, at):
            return _chose(flow, conversation, tag, read_press(token), at)
        case Said(text, message, at):
            return _said(flow, conversation, text, message, at)
        case Edited(text, message, at):
            return _edited(flow, conversation, text, message, at)
        case Attached(_, _, at):
            return _move_on(flow, _resumed(conversation), at, say.TEXT_ONLY)
        case Commanded(name, at):
            return _commanded(flow, conversation, name, at)


# -- showing where we are ------------------------------------------------------------------------------------------------


def _move_on(
    flow: Flow,
    conversation: Conversation,
    at: datetime,
    *lead: Phrase,
    also: tuple[Effect, ...] = (),
    walked: Walk | None = None,
) -> Turn:
    """Show what comes next: the question in focus, else the first open one, else the review.

    `walked` is the walk over this conversation's claims, when the caller has made it already.
    """
    walked = walked or walk(flow, conversation, at.date())
    asked = _asked(conversation, walked)
    if conversation.focus is not None and (asked is None or asked.name != conversation.focus):
        conversation = replace(conversation, focus=None)
    if asked is None:
        return Turn(conversation, (*also, Show(say.review_screen(walked, lead))))
    return Turn(conversation, (*also, Show(_screen(walked, asked, lead))))


def _asked(conversation: Conversation, walked: Walk) -> Question | None:
    focused = walked.standing(conversation.focus) if conversation.focus else None
    return focused.question if focused else walked.next_open()


def _screen(walked: Walk, question: Question, lead: tuple[Phrase, ...]) -> Screen:
    standing = walked.standing(question.name)
    claim = standing.claim if standing else None
    return say.question_screen(question, claim, can_go_back=walked.before(question.name) is not None, lead=lead)


def _resumed(conversation: Conversation) -> Conversation:
    return replace(conversation, paused=False) if conversation.paused else conversation


# -- buttons -------------------------------------------------------------------------------------------------------------


def _chose(flow: Flow, conversation: Conversation, tag: str, pressed: Press | None, at: datetime) -> Turn:
    if pressed is None or tag != conversation.tag:
        return _move_on(flow, _resumed(conversation), at, also=(Toast(say.OLD_BUTTON),))
    conversation = _resumed(conversation)
    if pressed.question:
        return _about_question(_Here.at_(flow, conversation, at), pressed)
    match pressed.verb:
        case "send":
            return _submit(flow, conversation, at)
        case "p":
            return _pause(conversation)
        case "h":
            return _person(conversation, "asked")
        case "x":
            return Turn(conversation, (Show(say.delete_screen()),))
        case "xx":
            return _end(conversation, say.DELETED)
    return _move_on(flow, replace(conversation, focus=None), at)


def _about_question(here: _Here, pressed: Press) -> Turn:
    """A button that names its question answers that question, however old the message it stands under."""
    standing = here.walked.standing(pressed.question)
    if standing is None:
        return here.move_on(also=(Toast(say.NOT_ASKED_NOW),))
    question = standing.question
    match pressed.verb:
        case "e":
            return here.move_on(focus=question.name)
        case "b":
            previous = here.walked.before(question.name)
            return here.move_on(focus=previous.name if previous else None)
        case "s" if pressed.word in _STATUSES and not question.required and question.kind != "note":
            return _claimed(here, question, Claim(question.name, _STATUSES[pressed.word], here.at))
        case "d" if question.kind == "select_multiple":
            return here.move_on(focus=None)
        case "t" if question.kind == "select_multiple" and question.choice(pressed.word):
            return _ticked(here, question, standing.claim, pressed.word)
        case "c" if question.kind == "note":
            value = {"type": "text", "text": "ok"}
            return _claimed(here, question, Claim(question.name, "answered", here.at, value=value))
        case "c" if question.kind != "select_multiple" and (choice := question.choice(pressed.word)):
            return _picked(here, question, choice)
    return here.move_on(also=(Toast(say.OLD_BUTTON),))


def _picked(here: _Here, question: Question, choice: Choice) -> Turn:
    if choice.shows is not None:
        shown = Show(say.more_screen(question, choice.shows))
        return Turn(replace(here.conversation, focus=question.name), (shown,))
    called = _called(question, choice)
    if question.ends_unless and choice.name not in question.ends_unless:
        assert question.ends is not None  # noqa: S101  (the loader refuses a form where it is missing)
        return _end(here.conversation, question.ends, called)
    if question.sets == "language":
        here = replace(here, conversation=replace(here.conversation, language=choice.name))
    claim = Claim(question.name, "answered", here.at, value=_choice_value(question, choice))
    return _claimed(here, question, claim, also=called)


def _called(question: Question, choice: Choice) -> tuple[Effect, ...]:
    return (CallPerson(f"{question.name}:{choice.name}"),) if choice.calls_person else ()


def _choice_value(question: Question, choice: Choice | None) -> Mapping[str, Any]:
    assert choice is not None  # noqa: S101
    if question.reads in ("place", "country"):
        text = choice.label.msgid
        return {"type": "place", "text": text, "code": choice.name, "name": text}
    return {"type": "choice", "code": choice.name, "label": choice.label.msgid}


def _ticked(here: _Here, question: Question, claim: Claim | None, word: str, also: tuple[Effect, ...] = ()) -> Turn:
    before = list(claim.value["codes"]) if claim and claim.value and claim.value["type"] == "choices" else []
    codes = [choice.name for choice in question.choices if (choice.name in before) != (choice.name == word)]
    labels = [choice.label.msgid for choice in question.choices if choice.name in codes]
    value = {"type": "choices", "codes": codes, "labels": labels}
    ticked = here.conversation.with_claim(Claim(question.name, "answered", here.at, value=value))
    return _move_on(here.flow, replace(ticked, focus=question.name), here.at, also=also)


# -- words ---------------------------------------------------------------------------------------------------------------


def _said(flow: Flow, conversation: Conversation, text: str, message: int, at: datetime) -> Turn:
    if conversation.paused:
        return _move_on(flow, _resumed(conversation), at, say.WELCOME_BACK)
    words = _sound(text)
    here = _Here.at_(flow, conversation, at)
    asked = _asked(conversation, here.walked)
    if asked is None:
        return here.move_on(say.TO_CHANGE)
    if not words.strip():
        return here.move_on()
    if choice := _named_choice(flow, asked, words):
        return _typed_choice(here, asked, choice, words, message)
    if asked.required or asked.kind == "note":
        return here.move_on(say.USE_BUTTONS)  # nothing typed here is kept: consent comes first
    claim = _heard(asked, conversation, words, message, at)
    return _claimed(here, asked, claim, also=_put_away(here, message))


def _typed_choice(here: _Here, asked: Question, choice: Choice, words: str, message: int) -> Turn:
    if asked.kind == "select_multiple":
        current = here.conversation.current().get(asked.name)
        return _ticked(here, asked, current, choice.name, _put_away(here, message))
    if asked.required or choice.shows is not None:
        return _picked(here, asked, choice)
    raw = Raw(words, here.conversation.language)
    claim = Claim(asked.name, "answered", here.at, raw, _choice_value(asked, choice), message)
    return _claimed(here, asked, claim, also=(*_put_away(here, message), *_called(asked, choice)))


def _heard(question: Question, conversation: Conversation, words: str, message: int, at: datetime) -> Claim:
    """The words as a claim: read where they can be, kept as they are where not."""
    raw = Raw(words, conversation.language)
    if question.choices and question.reads == "text":
        return Claim(question.name, "needs_human", at, raw, None, message)
    match READERS[question.reads](words, conversation.language, at):
        case Understood(value):
            return Claim(question.name, "answered", at, raw, value, message)
        case Ambiguous() | NotUnderstood():
            return Claim(question.name, "needs_human", at, raw, None, message)


def _edited(flow: Flow, conversation: Conversation, text: str, message: int, at: datetime) -> Turn:
    """An edited message changes the answer it once gave, wherever the conversation stands by now."""
    words = _sound(text)
    source = next((claim for claim in reversed(conversation.claims) if claim.message == message), None)
    question = flow.by_name.get(source.question) if source else None
    if question is None or not words.strip():
        return Turn(conversation, ())
    if choice := _named_choice(flow, question, words):
        raw = Raw(words, conversation.language)
        claim = Claim(question.name, "answered", at, raw, _choice_value(question, choice), message)
    else:
        claim = _heard(question, conversation, words, message, at)
    here = _Here.at_(flow, _resumed(conversation).with_claim(claim), at)
    standing = here.walked.standing(question.name)
    if standing is not None and not standing.settled:
        return here.move_on(_why_again(question, claim), focus=question.name)
    return here.move_on(say.CHANGED)


def _claimed(here: _Here, question: Question, claim: Claim, *, also: tuple[Effect, ...] = ()) -> Turn:
    """A claim was made: keep it, and go on, or ask once more when it could not be understood."""
    was_asked = _asked(here.conversation, here.walked)
    kept = here.conversation.with_claim(claim)
    if kept.focus == question.name:
        kept = replace(kept, focus=None)
    after = _Here.at_(here.flow, kept, here.at)
    settled = Settle(((Button(say.CHANGE, press("e", question.name)),),))
    standing = after.walked.standing(question.name)
    if standing is not None and not standing.settled:
        return after.move_on(_why_again(question, claim), also=(*also, settled), focus=question.name)
    if was_asked is None or was_asked.name != question.name:
        return after.move_on(also=(*also, Toast(say.CHANGED)))
    thanks = (question.thanks,) if question.thanks and claim.raw else ()
    return after.move_on(*thanks, also=(*also, settled))


def _why_again(question: Question, claim: Claim) -> Phrase:
    if claim.status == "answered" and question.constraint_message is not None:
        return question.constraint_message
    if question.reads in ("date", "birth"):
        return say.KEPT_NO_DATE
    return say.KEPT_CHOOSE if question.choices else say.KEPT_AGAIN


def _named_choice(flow: Flow, question: Question, words: str) -> Choice | None:
    """The choice somebody typed instead of pressing, by its words in any language we speak."""
    return flow.labels[question.name].get(fold(words)) if question.choices else None


def _put_away(here: _Here, message: int) -> tuple[Effect, ...]:
    """In discreet mode the family's message leaves the chat once it is saved."""
    return (Forget(message),) if is_discreet(here.flow, here.conversation) else ()


def is_discreet(flow: Flow, conversation: Conversation) -> bool:
    """Discreet unless the family said that nobody else sees this phone."""
    current = conversation.current()
    for question in flow.questions:
        if question.sets == "discreet" and (claim := current.get(question.name)):
            return not (claim.value and claim.value.get("code") == "no")
    return any(question.sets == "discreet" for question in flow.questions)


def _sound(text: str) -> str:
    """The words as typed, less what no database or JSON can hold (lone surrogates, NUL)."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:4096]


# -- commands and endings ------------------------------------------------------------------------------------------------


def _commanded(flow: Flow, conversation: Conversation, name: str, at: datetime) -> Turn:
    match name:
        case "start":
            lead = (say.WELCOME_BACK,) if _has_answers(flow, conversation) else ()
            return _move_on(flow, _resumed(conversation), at, *lead)
        case "language":
            asks = next((question for question in flow.questions if question.sets == "language"), None)
            return _move_on(flow, replace(_resumed(conversation), focus=asks.name if asks else None), at)
        case "pause":
            return _pause(conversation)
        case "person":
            return _person(conversation, "asked")
        case "delete":
            return Turn(conversation, (Show(say.delete_screen()),))
    return Turn(conversation, (Show(say.help_screen()),))


def _has_answers(flow: Flow, conversation: Conversation) -> bool:
    return any(
        flow.by_name[claim.question].about != "setup" for claim in conversation.claims if claim.question in flow.by_name
    )


def _pause(conversation: Conversation) -> Turn:
    return Turn(replace(conversation, paused=True), (Show(say.pause_screen()),))


def _person(conversation: Conversation, reason: str) -> Turn:
    return Turn(conversation, (CallPerson(reason), Show(say.person_screen(conversation))))


def _end(conversation: Conversation, last_words: Phrase, called: tuple[Effect, ...] = ()) -> Turn:
    """The draft ends unsent; nothing of it stays but the language."""
    ended = Conversation(conversation.id, conversation.language, conversation.started_at, status="ended")
    return Turn(ended, (*called, Erase(), Show(say.ended_screen(last_words))))


def _submit(flow: Flow, conversation: Conversation, at: datetime) -> Turn:
    walked = walk(flow, conversation, at.date())
    if _asked(conversation, walked) is not None:
        return _move_on(flow, conversation, at)
    sent = Conversation(
        conversation.id,
        conversation.language,
        conversation.started_at,
        status="submitted",
        revision=conversation.revision + 1,
    )
    effects = (
        Submit(report(flow, conversation, at)),
        Show(say.submitted_screen(say.CANNOT_PROMISE)),
        Tell(Screen((say.SUBMITTED,))),
    )
    return Turn(sent, effects)


def _after_the_end(flow: Flow, conversation: Conversation, event: Event) -> Turn:
    match event:
        case Chose(_, "n", _) | Commanded("start" | "new", _):
            return Turn(conversation, (Renew(),))
        case Chose(_, "h", _) | Commanded("person", _):
            return _person(conversation, "asked")
        case Edited():
            return Turn(conversation, ())
        case Commanded("delete", _) if conversation.status == "submitted":
            return Turn(conversation, (Show(say.submitted_screen(say.NOTHING_TO_DELETE)),))
    if conversation.status == "submitted":
        return Turn(conversation, (Show(say.submitted_screen(say.ALREADY_SENT)),))
    return Turn(conversation, (Renew(),))
