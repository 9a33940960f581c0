"""The whole state machine: `step(flow, conversation, event) -> Turn`. Which transition an event leads to is decided here.

Two rules for the reader. First, where a conversation stands is never stored: the next question is the first relevant one
that is not settled (`flows.walk`), unless the family asked for another (`focus`) or opened a section of the menu. Second,
nothing here acts: a turn is the new conversation and the effects it asks for. The transitions themselves are in
`flows.answering` (the questionnaire) and `flows.rights` (the conversation as a whole).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flows import genuine, guard, rights, wishes
from flows import notices as tell
from flows import screens as say
from flows.answering import Wanted, attached, choice_value, edited, pressed_about, put_away, said, wanted
from flows.codes import is_secret
from flows.conversation import Claim, Conversation
from flows.effects import Effect, Forget, Show, Toast
from flows.events import (
    AskedOften,
    Attached,
    CallWordsKnown,
    Chose,
    Commanded,
    Edited,
    Event,
    FellSilent,
    Guarded,
    LookedUp,
    MessageChecked,
    NotGuarded,
    NotProved,
    NotRecovered,
    NotTaken,
    Opened,
    Proved,
    Recovered,
    Said,
    Taken,
    WordKnown,
)
from flows.presses import Press, read_press
from flows.questions import Flow
from flows.standing import asked_often_screen
from flows.turn import Here, Turn, is_discreet

__all__ = ["Turn", "Wanted", "begin", "is_discreet", "listens", "step", "wants"]


def begin(
    flow: Flow,
    conversation_id: str,
    language: str,
    at: datetime,
    *,
    language_known: bool = False,
    first: Said | None = None,
) -> Turn:
    """A new conversation and its first screen. With `language_known` the language is not asked again.

    The `first` words of somebody in distress are heard even before a language is chosen.
    """
    here = Here(flow, Conversation(id=conversation_id, language=language, started_at=at), at)
    asks = flow.settings.get("language")
    if language_known and asks is not None and (choice := asks.choice(language)):
        here = here.with_claim(Claim(asks.name, "answered", at, value=choice_value(here, asks, choice)))
    if first is not None and wishes.cries_for_help(first.text):
        return wishes.wished(here, "distress")
    return here.move_on()


def listens(flow: Flow, conversation: Conversation, text: str, at: datetime) -> bool:
    """Whether it is worth asking Rasa what this message may mean, before its turn is taken."""
    return wishes.listens(Here(flow, conversation, at), text)


def wants(flow: Flow, conversation: Conversation, kind: str, at: datetime) -> Wanted | None:
    """Whether an attachment of this kind has a place in what is asked now; asked before anything is fetched."""
    if conversation.status != "open" or conversation.paused or conversation.asking:
        return None
    return wanted(Here(flow, conversation, at), kind)


def step(flow: Flow, conversation: Conversation, event: Event) -> Turn:
    """The turn this event leads to. Never raises on anything a family can send; an event that means nothing changes nothing."""
    here = Here(flow, conversation, event.at)
    told = _told(here, event)
    if told is not None:
        return told
    match event:
        case Said(text) if rights.is_panic(text):
            return rights.panic(here)
        case Chose(_, "q"):
            return rights.quiet(here, on=True)  # under a reminder of something that is over, too
        case FellSilent(_, short):
            return rights.fell_silent(here, short=short)
        case Recovered():
            return here.move_on(tell.RECOVERED, paused=False, asking=None)
        case AskedOften(minutes):
            return here.show(asked_often_screen(minutes))
        case LookedUp(requests):
            return rights.stands(here, requests)
        case NotRecovered(reason):
            return rights.not_recovered(here, reason)
        case Said(text, message) if conversation.asking:
            return rights.said_beside(here, text, message)
        case Said(text, message) if is_secret(text):
            return rights.secret_said(here, text, message)
        case Attached(_, message) if conversation.asking in ("message", "impostor"):
            return genuine.not_read(here, message)
    turn = _open(here, event) if conversation.status == "open" else _closed(here, event)
    return _leaving_nothing(here, event, turn)


def _told(here: Here, event: Event) -> Turn | None:
    """What the shell has looked up for us; None when the event is another."""
    match event:
        case Opened(lines, movable):
            return here.show(guard.opened_screen(lines, movable=movable), asking=None)
        case Taken():
            return here.move_on(guard.TAKEN_HERE) if here.conversation.status == "open" else _taken(here)
        case NotTaken(reason):
            return rights.not_taken(here, reason)
        case Proved():
            return rights.proved(here)
        case NotProved(reason):
            return here.show(guard.not_proved(here.conversation, reason))
        case Guarded(kind):
            return guard.kept(here, kind)
        case NotGuarded():
            return guard.not_kept(here)
        case WordKnown(number, shown, chosen):
            return genuine.word_chosen(here, shown) if chosen else genuine.our_word(here, number, shown)
        case CallWordsKnown(words):
            return genuine.call_words(here, words)
        case MessageChecked(written_on):
            return genuine.checked(here, written_on)
    return None


def _taken(here: Here) -> Turn:
    return here.show(tell.submitted_screen(here.conversation, guard.TAKEN_HERE), asking=None)


def _open(here: Here, event: Event) -> Turn:
    """A draft or an addition is open."""
    conversation = here.conversation
    was_paused = conversation.paused
    if isinstance(event, Said) and (turn := wishes.understood(here, event)) is not None:
        return turn
    if was_paused or conversation.asking:
        here = here.now(paused=False, asking=None)
    match event:
        case Chose():
            return _chose(here, event)
        case Said() if was_paused:
            return here.move_on(say.WELCOME_BACK)
        case Said(text, message):
            return said(here, text, message)
        case Edited(text, message):
            return edited(here, text, message)
        case Attached():
            return here.move_on(say.WELCOME_BACK) if was_paused else attached(here, event)
        case Commanded(name):
            return rights.commanded(here, name)
    return Turn(conversation, ())


def _chose(here: Here, event: Chose) -> Turn:
    press = read_press(event.press)
    if press is None or event.tag != here.conversation.tag:
        return here.move_on(also=(Toast(say.OLD_BUTTON),))
    if press.verb == "w":
        return rights.pressed(here, press)
    if press.verb == "i":
        return wishes.meant_instead(here, press.question)
    if (turn := _asked_for(here, press)) is not None:
        return turn
    return pressed_about(here, press) if press.question else rights.pressed(here, press)


def _asked_for(here: Here, press: Press | None) -> Turn | None:
    """Buttons that stand under an offer, in any state."""
    match press:
        case Press("u", _, word):
            return wishes.wished(here, word)
        case Press("hs"):
            return wishes.told_of_swindle(here)
    return None


def _closed(here: Here, event: Event) -> Turn:
    """Something was sent and nothing is being added, or all was ended."""
    conversation = here.conversation
    if conversation.asking:
        # What ended while a PIN was asked for goes on asking for it: this chat knows nothing any more (`bot.unlinking`).
        forgot = conversation.status == "ended" and guard.proves(conversation.asking) is not None
        here = here.now(asking=None, guarded=conversation.guarded or forgot)
    match event:
        case Said() if (turn := wishes.understood(here, event)) is not None:
            return turn
        case Chose(tag, token):
            press = read_press(token) if tag == conversation.tag else None
            if press is not None and press.verb == "c" and (choice := _language(here, press)):
                return wishes.language_chosen(here, choice)
            return _asked_for(here, press) or rights.pressed_after(here, press)
        case Commanded("language"):
            return wishes.other_language(here)
        case Commanded(name):
            return rights.commanded_after(here, name)
        case Edited():
            return Turn(conversation, ())
    if conversation.status == "submitted":
        return here.show(tell.submitted_screen(conversation, tell.ALREADY_SENT))
    return rights.commanded_after(here, "start")


def _language(here: Here, press: Press) -> str | None:
    """The language a button chooses; None when it is none of those buttons."""
    asks = here.flow.question(press.question)
    choice = asks.choice(press.word) if asks is not None and asks.sets == "language" else None
    return choice.name if choice else None


def _leaving_nothing(here: Here, event: Event, turn: Turn) -> Turn:
    """In discreet mode commands and whatever cannot be an answer leave the chat too."""
    message = event.message if isinstance(event, Commanded | Attached) else None
    if message is None or Forget(message) in turn.effects or not put_away(here, message):
        return turn
    forget: Effect = Forget(message)
    shown = next((at for at, effect in enumerate(turn.effects) if isinstance(effect, Show)), len(turn.effects))
    return replace(turn, effects=(*turn.effects[:shown], forget, *turn.effects[shown:]))
