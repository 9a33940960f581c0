"""A letter in the family's chat: announced without a word of what it says, shown when it is opened, answered, sealed.

A question is a form of one question, walked by the same engine as the questionnaire, with "I don't know", "I'd rather not say"
and pausing. It has a message of its own, so a draft that is open or locked meanwhile is not touched. Nothing is sent before
"Send". Pure, as everything here: `take` gives the letter after an event, and what the world is asked to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from flows import screens as say
from flows.answering import Wanted, said, wanted
from flows.conversation import Conversation
from flows.effects import CallPerson, Drop, Effect, Forget, Show, Submit, Toast
from flows.events import Attached, Chose, Event, Said
from flows.guard import ASK_PIN, NOTHING_FOUND
from flows.languages import Spoken, speak
from flows.letters import Letter
from flows.letters.templates import own_words, templates
from flows.meaning.meaning import Meaning
from flows.meaning.rules import heard
from flows.notices import CODE_TOO_OFTEN
from flows.phrases import Button, Phrase, Screen
from flows.presses import Press, press, read_press
from flows.questions import Flow, Question
from flows.replies import CARE
from flows.report import answer
from flows.screens import N_
from flows.standing import SEE, SOMETHING_WAITS, TIME_NOTED, TIMES, times_rows
from flows.turn import Here, Turn
from flows.walk import walk

#: What becomes of a letter: it waits, it asks for the PIN (what the family writes is that), it is open (what the family
#: writes goes to it), or it is over (a note not sent is dropped).
LetterState = Literal["waiting", "proof", "open", "answered", "read", "dropped"]

CALL = N_(
    "A person of the team would like to speak with you. There are many reasons for a call, most of them ordinary ones. When is "
    "a good time?"
)
FREE_TO_WRITE = N_("What would you like to tell the team? You can write it or record it. A person will read it.")
NOTE_TITLE = N_("Note to the team")
DO_NOT_SEND = N_("Do not send")
YOUR_NOTE = N_('Your note: {answer}\nIt is sent when you press "Send".')
YOUR_ANSWER = N_('Your answer: {answer}\nIt is sent when you press "Send".')
ANSWER_SENT = N_("Your answer has been sent to the team. Thank you.")
NOTE_SENT = N_("Your note has been sent to the team.")
NO_LONGER = N_("This is no longer needed. There is nothing to do here.")
SEEN = N_("Done")

#: The field of a note; each note is a claim of its own, so none takes another's place.
NOTE_FIELD = "enquirer.note"


#: Whole messages that mean something else than an answer, whatever is asked: they go on to the chat, and the letter waits.
_FOR_THE_CHAT = frozenset(
    {"talk_to_person", "check_status", "help", "change_language", "withdraw_report", "report_missing"}
)
#: Whole messages that answer without being one of the choices.
_ANSWERS = frozenset({"affirm", "deny", "dont_know", "skip"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What an event makes of a letter. A `Show` among the effects is shown in the letter's own message."""

    letter: Letter
    state: LetterState
    effects: tuple[Effect, ...] = ()


def announcement() -> Screen:
    """The same for every letter, so that neither a lock screen nor the one beside can tell what it is."""
    return Screen((SOMETHING_WAITS,), ((Button(SEE, press("g")),),))


def over_screen() -> Screen:
    """Where a letter was that is answered or taken back."""
    return Screen((NO_LONGER,))


def first_screen(form: Flow, letter: Letter, language: str, at: datetime, zones: Sequence[str] = ()) -> Screen:
    """What the letter says, as the family sees it when opening it; `zones` are the clocks it lives by."""
    match letter.kind:
        case "call":
            return Screen((CALL,), times_rows())
        case "message":
            template = templates(form)[letter.template]
            words = own_words(letter)
            return Screen(
                (template.spoken(letter, zones), *((words,) if words else ())), ((Button(SEEN, press("g")),),)
            )
    return _asked(letter, _here(form, letter, language, at).move_on())


def preview(
    form: Flow, letter: Letter, language: str, at: datetime, facts: Mapping[str, str], zones: Sequence[str] = ()
) -> Spoken:
    """The letter as its family will see it, in their language and by their clocks."""
    return speak(first_screen(form, letter, language, at, zones), language, facts)


def asks_for(form: Flow, letter: Letter, language: str, kind: str, at: datetime) -> Wanted | None:
    """Whether an attachment of this kind has a place in the letter that is open."""
    return wanted(_again(_here(form, letter, language, at)), kind) if letter.kind in ("question", "note") else None


def open_letter(form: Flow, letter: Letter, language: str, at: datetime, zones: Sequence[str] = ()) -> Reply:
    """The family opens it. A message is over by being read."""
    state: LetterState = "read" if letter.kind == "message" else "open"
    return Reply(letter, state, (Show(first_screen(form, letter, language, at, zones)),))


def proof_screen(*lead: Phrase) -> Screen:
    """Before a letter is shown, where what it is about has a PIN: the PIN, please, or why it was not right."""
    return Screen(lead or (ASK_PIN,), ((Button(say.CONTINUE, press("p")),),))


def not_proved_screen(reason: str) -> Screen:
    """The PIN was not right (`wrong`), or not looked at (`too_often`): the same lines as anywhere."""
    return proof_screen(CODE_TOO_OFTEN if reason == "too_often" else NOTHING_FOUND)


def is_no_pin(text: str) -> bool:
    """Whether words written where the PIN of a letter is asked for are a wish, which the chat hears."""
    return heard(text) is not None


def put_away(letter: Letter) -> Reply:
    """The family turned to something else: what was not sent is gone, and the letter waits again."""
    dropped = tuple(file["id"] for file in _files(letter))
    gone: tuple[Effect, ...] = (Drop(dropped),) if dropped else ()
    if letter.kind == "note":
        return Reply(letter.emptied(), "dropped", gone)
    return Reply(letter.emptied(), "waiting", (*gone, Show(announcement())))


def is_for_the_chat(letter: Letter, text: str) -> bool:
    """Whether words said while a letter is open are a wish that no question may swallow."""
    meaning = heard(text)
    if meaning is None:
        return False
    takes_words = letter.kind in ("question", "note")
    return meaning.intent in _FOR_THE_CHAT or (meaning.intent == "distress" and not takes_words)


def take(
    form: Flow, letter: Letter, event: Event, sent: Conversation, *, discreet: bool, zones: Sequence[str] = ()
) -> Reply:
    """What a press or words do to an open letter. `sent` is the request it is about, as it was when something was last sent."""
    pressed = read_press(event.press) if isinstance(event, Chose) else None
    if letter.kind == "call":
        return _called(letter, pressed)
    if letter.kind == "message" or (pressed is not None and pressed.verb == "g"):
        return open_letter(form, letter, sent.language, event.at, zones)
    if pressed is not None and pressed.verb == "p":
        return put_away(letter)
    here = _here(form, letter, sent.language, event.at)
    if pressed is not None and pressed.verb == "send" and here.asked is None:
        return _sent(letter, here, sent)
    return _answered(form, letter, here, event, discreet=discreet)


def _called(letter: Letter, pressed: Press | None) -> Reply:
    if pressed is None or pressed.verb != "pt" or pressed.word not in TIMES:
        return Reply(letter, "open", (Show(Screen((CALL,), times_rows())),))
    noted = replace(TIME_NOTED, values={"time": TIMES[pressed.word]})
    return Reply(letter, "answered", (CallPerson("call", pressed.word), Show(Screen((noted,)))))


def _answered(form: Flow, letter: Letter, here: Here, event: Event, *, discreet: bool) -> Reply:
    meaning = heard(event.text) if isinstance(event, Said) else None
    if meaning is not None and meaning.intent in ("pause", "cancel"):
        away = put_away(letter)
        gone = (Forget(event.message),) if discreet and isinstance(event, Said) else ()
        return replace(away, effects=(*gone, *away.effects))
    turn, here = _stepped(here, event, meaning)
    after = replace(letter, claims=turn.conversation.claims)
    effects: list[Effect] = [effect for effect in turn.effects if isinstance(effect, Toast | Drop | CallPerson)]
    if discreet and isinstance(event, Said | Attached):
        effects.append(Forget(event.message))
    screen = _asked(letter, turn) if _asks_still(here, turn) else _check(letter, here, turn)
    if (
        meaning is not None and meaning.intent == "distress"
    ):  # the words are kept as the answer they are; a person is told
        effects.append(CallPerson("distress"))
        screen = replace(screen, lines=(*screen.lines, CARE))
    return Reply(after, "open", (*effects, Show(screen)))


def _stepped(here: Here, event: Event, meaning: Meaning | None) -> tuple[Turn, Here]:
    """What the engine makes of it in the form of one question; words are an answer, and never a wish about the whole chat."""
    from flows.step import step  # which stands on what stands on this

    if isinstance(event, Chose):
        return step(here.flow, here.conversation, replace(event, tag=here.conversation.tag)), here
    again = _again(here)
    if isinstance(event, Said) and (meaning is None or meaning.intent not in _ANSWERS):
        return said(again, event.text, event.message), again
    return step(again.flow, again.conversation, event), again


def _again(here: Here) -> Here:
    """What is written or sent while an answer stands takes its place, or is added to it."""
    return here if here.asked is not None else here.now(focus=here.flow.questions[0].name)


def _asks_still(here: Here, turn: Turn) -> bool:
    return Here(here.flow, turn.conversation, here.at).asked is not None


def _check(letter: Letter, here: Here, turn: Turn) -> Screen:
    """The answer once more, before it is sent."""
    [standing] = walk(here.flow, turn.conversation, here.at.date()).standings
    answer_ = say.answer_of(standing)
    change = Button(say.CHANGE, press("e", standing.question.name))
    note = letter.kind == "note"
    rows = ((Button(say.SEND, press("send")),), (change, Button(DO_NOT_SEND if note else say.PAUSE, press("p"))))
    return Screen((replace(YOUR_NOTE if note else YOUR_ANSWER, values={"answer": answer_}),), rows)


def _sent(letter: Letter, here: Here, sent: Conversation) -> Reply:
    """Sealed as a further revision of the request; sent twice, it is one."""
    asked = "" if letter.kind == "note" else letter.id
    told = answer(here.flow, sent, here.walked, here.at, "answer" if asked else "note", asked)
    thanks = NOTE_SENT if letter.kind == "note" else ANSWER_SENT
    return Reply(letter.emptied(), "answered", (Submit(told), Show(Screen((thanks,)))))


def _here(form: Flow, letter: Letter, language: str, at: datetime) -> Here:
    """The form of one question, and what was answered to it so far."""
    question = _note(letter) if letter.kind == "note" else templates(form)[letter.template].question(form, letter)
    little = Flow(form.name, form.version, form.title, (question,))
    return Here(little, Conversation(letter.report, language, at, claims=letter.claims), at)


def _note(letter: Letter) -> Question:
    name = f"note_{letter.id[:6]}"
    return Question(name, "text", FREE_TO_WRITE, NOTE_TITLE, "enquirer", NOTE_FIELD, sensitivity=3)


def _asked(letter: Letter, turn: Turn) -> Screen:
    """The question as the engine shows it; a note is no question, so it has none of the ways to leave one open."""
    shown = [effect.screen for effect in turn.effects if isinstance(effect, Show)]
    screen = shown[-1] if shown else announcement()
    return replace(screen, rows=((Button(DO_NOT_SEND, press("p")),),)) if letter.kind == "note" else screen


def _files(letter: Letter) -> list[Mapping[str, Any]]:
    return Conversation(letter.report, "en", datetime.min, claims=letter.claims).files()  # noqa: DTZ901
