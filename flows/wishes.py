"""What words lead to that answer no question: a wish to stop, to go back, to speak with a person; a question; a cry for help.

Rules come before Rasa, and Rasa is advice. Nothing here sends or erases: "delete everything" shows the screen whose button
does. Where words are asked for, they are an answer unless they can hardly be one; in doubt they are kept and the family is
asked which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from flows import notices as tell
from flows import replies, rights
from flows import screens as say
from flows.answering import answers_itself, pressed_about, put_away, said, said_as, takes_words
from flows.codes import is_secret
from flows.effects import CallPerson, Effect, Play, Renew, Show
from flows.events import Said
from flows.meaning.policy import Decision, Place, decide
from flows.meaning.rules import folded, heard
from flows.phrases import Phrase
from flows.presses import Press
from flows.questions import Question
from flows.reading import READERS, Ambiguous, Understood
from flows.turn import Here, Turn, asked_back

#: Names have few words; more of them may be a sentence.
_LONG_NAME = 5
#: A story has many words; fewer of them may be a wish.
_SHORT_STORY = 12
#: What words mean that answer a question without being one of its choices.
_ANSWERS: Mapping[str, str] = {"affirm": "yes", "deny": "no", "dont_know": "unknown"}
_MEANT_FOR_THE_QUESTION: Mapping[str, str] = {"dont_know": "unknown", "skip": "deferred"}


def cries_for_help(text: str) -> bool:
    """Whether words are a sign of distress by rule: heard in every state, whatever else they may be."""
    meaning = heard(text)
    return meaning is not None and meaning.intent == "distress"


def listens(here: Here, text: str) -> bool:
    """Whether it is worth asking Rasa what these words may mean: not when a rule speaks, nor about what is plainly an answer."""
    if here.conversation.asking or is_secret(text) or rights.is_panic(text) or heard(text) is not None:
        return False
    place, asked = where(here), here.asked
    if place is Place.MENU or asked is None:
        return True
    if place is Place.WORDS:
        return may_be_no_answer(asked.reads, text, here.conversation.language, here.at)
    return asked.sets != "language" and not answers_itself(here, asked, text)


def where(here: Here) -> Place:
    """Where the conversation stands, as far as it decides what can be meant."""
    asked = here.asked if here.conversation.status == "open" and not here.conversation.paused else None
    if asked is None or (asked.about in ("setup", "consent") and not here.has_news and asked.sets != "language"):
        return Place.MENU
    standing = here.walked.standing(asked.name)
    if takes_words(asked) or asked_back(asked, standing.claim if standing else None) is not None:
        return Place.WORDS
    return Place.YES_NO if asked.choice("yes") and asked.choice("no") else Place.CHOICE


def understood(here: Here, words: Said) -> Turn | None:
    """What these words lead to when they are no answer, or not only one; None when they are simply what was asked for.

    A conversation that rests is here as it rests.
    """
    place, asked = where(here), here.asked
    plain = place is not Place.WORDS and place is not Place.MENU and asked is not None
    if plain and asked is not None and answers_itself(here, asked, words.text):
        return None
    ruled = heard(words.text)
    if ruled is not None and ruled.intent in _ANSWERS and _waits(here):
        return wished(here.now(paused=False), ruled.intent).after(*put_away(here, words.message))
    decision = decide(ruled or words.meaning, place, words.text)
    awake = here.now(paused=False)
    if ruled is not None and ruled.intent == "distress":
        answered = said(awake, words.text, words.message) if place is Place.WORDS else None
        return _stopped(awake, answered, put_away(here, words.message))
    turn = _led_to(awake, words, decision, place)
    if decision.care and turn is None and place is not Place.MENU:
        turn = said(awake, words.text, words.message)
    return _with_care(turn) if turn is not None and decision.care else turn


def wished(here: Here, intent: str) -> Turn:
    """Do what a button of ours says, or words that surely say so. Unknown intents (an old button) show what is asked now."""
    if intent in replies.ANSWERS:
        return here.show(replies.answer_screen(intent))
    does = _DOES.get(intent)
    return does(here) if does else stay(here)


def meant_instead(here: Here, name: str) -> Turn:
    """The words taken for an answer were a wish: they are no answer any more."""
    standing = here.walked.standing(name)
    claim = standing.claim if standing else None
    if claim is None or claim.instead is None:
        return here.move_on()
    without = here.conversation.without_claim(claim)
    return wished(here.now(claims=without.claims, focus=name), claim.instead)


def told_of_swindle(here: Here) -> Turn:
    """A person of the team is told that somebody tries to take money."""
    return here.show(replies.scam_screen(here.conversation, replies.SCAM_TOLD), CallPerson("scam"))


def stay(here: Here, *lead: Phrase) -> Turn:
    """Where the conversation stands, once more, with a line before it."""
    match here.conversation.status:
        case "open":
            return here.move_on(*lead)
        case "submitted":
            return here.show(tell.submitted_screen(here.conversation, *(lead or (tell.ALREADY_SENT,))))
    return here.show(tell.ended_screen(*(lead or (tell.NOTHING_OPEN,))))


# -- how sure, and what follows ------------------------------------------------------------------------------------------


def _led_to(here: Here, words: Said, decision: Decision, place: Place) -> Turn | None:
    gone = put_away(here, words.message)
    match decision.kind:
        case "act" if (meant := _answer_in_other_words(here, decision.intents[0])) is not None:
            return said_as(here, *meant, words.text, words.message)
        case "act":
            return wished(here, decision.intents[0]).after(*gone)
        case "decline":
            return stay(here, replace(replies.OUT_OF_SCOPE, fact=replies.OVERRIDES["out_of_scope"])).after(*gone)
        case "offer" if place is Place.MENU:
            return here.show(replies.meant_screen(decision.intents)).after(*gone)
        case "offer":
            return _offered(said(here, words.text, words.message), decision.intents)
        case "doubt":
            return said(here, words.text, words.message, instead=decision.intents[0])
    return None


def _answer_in_other_words(here: Here, intent: str) -> tuple[Question, str] | None:
    """The question these words answer, and as what; None when they are a wish, or the answer takes a button."""
    asked, meant = here.asked, _ANSWERS.get(intent)
    if meant is None or asked is None or here.conversation.status != "open" or where(here) is Place.MENU:
        return None
    if _waits(here) or asked.required or asked.kind == "note" or asked.about in ("setup", "consent"):
        return None
    return (asked, meant) if meant == "unknown" or asked.choice(meant) else None


def _offered(turn: Turn, intents: tuple[str, ...]) -> Turn:
    """The words are kept as an answer where they can be one; under the question stand buttons for what else they may mean."""
    rows = replies.wish_rows(intents)

    def more(shown: Show) -> Show:
        screen = shown.screen
        return Show(replace(screen, lines=(replies.PERHAPS_YOU_MEAN, *screen.lines), rows=(*screen.rows, *rows)))

    return _shown(turn, more)


def _with_care(turn: Turn) -> Turn:
    """Help in distress, beside what is shown anyway."""
    return _shown(turn, lambda shown: Show(replace(shown.screen, lines=(*shown.screen.lines, replies.CARE))))


def _stopped(here: Here, answered: Turn | None, gone: tuple[Effect, ...]) -> Turn:
    """The questionnaire stops, help is shown, a person is told. What was written in a story is kept as the answer it is."""
    conversation = answered.conversation if answered else here.conversation
    before = tuple(one for one in answered.effects if not isinstance(one, Show | Play)) if answered else gone
    if conversation.status == "open":
        conversation = replace(conversation, paused=True)
    shown = Show(replies.distress_screen(conversation))
    return Turn(conversation, (*before, CallPerson("distress"), shown))


def _shown(turn: Turn, change: Callable[[Show], Show]) -> Turn:
    return replace(turn, effects=tuple(change(one) if isinstance(one, Show) else one for one in turn.effects))


def _waits(here: Here) -> bool:
    """Whether the family is looking at what we took its words for: yes and no are about that."""
    asked = here.asked
    standing = here.walked.standing(asked.name) if asked is not None and here.conversation.status == "open" else None
    return standing is not None and standing.claim is not None and standing.claim.waits


def may_be_no_answer(reads: str, text: str, language: str, at: datetime) -> bool:
    """Whether words where words are asked for look little like an answer: their reader makes nothing of them, or they are few
    for a story, many for a name."""
    count = len(folded(text).split())
    match reads:
        case "name":
            return count >= _LONG_NAME
        case "text":
            return 2 <= count <= _SHORT_STORY
    return not isinstance(READERS[reads](text, language, at), Understood | Ambiguous)


# -- the wishes ----------------------------------------------------------------------------------------------------------


def _report_missing(here: Here) -> Turn:
    match here.conversation.status:
        case "open":
            return here.move_on(*((say.USE_BUTTONS,) if here.asked is not None and here.asked.required else ()))
        case "submitted":
            return here.show(replies.another_screen())
    return Turn(here.conversation, (Renew(),))


def _add_information(here: Here) -> Turn:
    if here.conversation.status == "submitted" and here.conversation.erase_on is None:
        return rights.add(here)
    if here.conversation.status == "open" and here.asked is None:
        return here.menu()
    return _report_missing(here) if here.conversation.status == "ended" else stay(here)


def _withdraw(here: Here) -> Turn:
    conversation = here.conversation
    if conversation.status == "ended":
        return stay(here)
    if conversation.status == "open" and (here.has_news or not conversation.adds):
        return rights.commanded(here, "delete")
    return rights.commanded_after(Here(here.flow, here.as_sent(), here.at), "delete")


def _yes(here: Here) -> Turn:
    return _yes_or_no(here, "y", "yes")


def _no(here: Here) -> Turn:
    return _yes_or_no(here, "e", "no")


def _yes_or_no(here: Here, verb: str, choice: str) -> Turn:
    """To what we took the words for, or to a question; a consent is given by its button only."""
    asked = here.asked
    if here.conversation.status != "open" or asked is None:
        return stay(here)
    if _waits(here):
        return pressed_about(here, Press(verb, asked.name))
    if asked.required or asked.about in ("setup", "consent") or asked.choice(choice) is None:
        return here.move_on(say.USE_BUTTONS)
    return pressed_about(here, Press("c", asked.name, choice))


def _left_open(intent: str) -> Callable[[Here], Turn]:
    def does(here: Here) -> Turn:
        asked = here.asked
        if here.conversation.status != "open" or asked is None:
            return stay(here)
        if asked.required or asked.kind == "note":
            return here.move_on(say.USE_BUTTONS)
        return pressed_about(here, Press("s", asked.name, _MEANT_FOR_THE_QUESTION[intent]))

    return does


def _go_back(here: Here) -> Turn:
    asked = here.asked
    return pressed_about(here, Press("b", asked.name)) if here.conversation.status == "open" and asked else stay(here)


def _pause(here: Here) -> Turn:
    return rights.pause(here) if here.conversation.status == "open" else stay(here, tell.ALL_SAVED)


def _cancel(here: Here) -> Turn:
    return here.show(replies.stop_screen(), paused=True) if here.conversation.status == "open" else stay(here)


def _greeted(here: Here) -> Turn:
    match here.conversation.status:
        case "open":
            return here.move_on(say.WELCOME_BACK if here.has_news else replies.GREETING)
        case "submitted":
            return stay(here, replies.GREETING, tell.ALREADY_SENT)
    return Turn(here.conversation, (Renew(),))


def _language(here: Here) -> Turn:
    return rights.commanded(here, "language") if here.conversation.status == "open" else other_language(here)


def other_language(here: Here) -> Turn:
    """Choose another language while nothing is open."""
    asks = here.flow.settings.get("language")
    return here.show(replies.languages_screen(asks)) if asks else stay(here)


def language_chosen(here: Here, choice: str) -> Turn:
    """A language was chosen while nothing is open."""
    return stay(here.now(language=choice))


_DOES: Mapping[str, Callable[[Here], Turn]] = {
    "report_missing": _report_missing,
    "check_status": lambda here: rights.news(here),
    "add_information": _add_information,
    "have_information": lambda here: here.show(replies.know_screen(here.conversation)),
    "withdraw_report": _withdraw,
    "talk_to_person": lambda here: rights.person(here, "asked"),
    "help": lambda here: here.show(tell.help_screen()),
    "change_language": _language,
    "affirm": _yes,
    "deny": _no,
    "dont_know": _left_open("dont_know"),
    "skip": _left_open("skip"),
    "go_back": _go_back,
    "pause": _pause,
    "cancel": _cancel,
    "greet": _greeted,
    "thanks": lambda here: stay(here, replies.WELCOME),
    "report_scam": lambda here: here.show(replies.scam_screen(here.conversation)),
    "distress": lambda here: _stopped(here, None, ()),
}
