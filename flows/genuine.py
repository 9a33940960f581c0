"""Is it really us? Our word, a check of any message, the words before a call, advice, and where to say that somebody pretends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flows.effects import ChooseWord, Forget, LookUp, Note
from flows.phrases import Button, Phrase, Screen, Value, day
from flows.presses import press
from flows.replies import CHECK_MESSAGE, IMPOSTOR, scam_screen
from flows.screens import CONTINUE, N_
from flows.turn import Here, Turn
from flows.words import COUNT, word

#: words offered at a time
OFFERED = 6

OTHER_WORDS = N_("Other words")

WE_NEVER_ASK = N_("We never ask for money, passwords, codes or PINs.")
WORD_LINE = N_("Every message that we write by ourselves ends with our word and a mark: {word}.")
CHOOSE_WORD = N_("Please choose the word by which you know our messages.")
WORD_CHOSEN = N_("From now on our messages end with: {word}.")
FORWARD_IT = N_("Please forward the message here, or copy all of it and send it. It is deleted from this chat at once.")
GENUINE = N_("This message is ours. We wrote it to you on {day}.")
NOT_OURS = N_(
    "We did not write this to you. Every message that we write by ourselves ends with our word and a mark; this one has no mark "
    "that is right. Please do not answer it, and pay nothing."
)
NOT_READ = N_("Only written messages can be checked. Please copy the words and send them here.")
WORDS_OF_THE_DAY = N_(
    "When we call today ({day}), we say first: {first}. Then you say: {second}. Tomorrow the words are others. Please say yours "
    "only after you have heard ours."
)
NO_WORDS_YET = N_("There are no words for a call yet: nothing has been sent from this chat.")
WHO_PRETENDS = N_(
    "Please write the name (@…) of who pretends to be us, or forward a message of theirs. It goes to the team sealed and is "
    "deleted from this chat at once."
)
IMPOSTOR_NOTED = N_("Thank you. The team has been told.")


def pressed(here: Here, verb: str, chosen: str = "") -> Turn | None:
    """A press of this menu; None when it is none."""
    match verb:
        case "sf":
            return here.show(scam_screen(here.conversation))
        case "vf":
            return here.show(_back(FORWARD_IT), asking="message")
        case "im":
            return here.show(_back(WHO_PRETENDS), asking="impostor")
        case "ph" | "wd" if not chosen:
            return Turn(here.conversation, (LookUp("call" if verb == "ph" else "word"),))
        case "wd":
            return _choose(here, chosen)
    return None


def said(here: Here, text: str, message: int) -> Turn:
    """Words of somebody else, brought here to be looked at. They leave the chat whatever they are."""
    gone = Forget(message)
    if here.conversation.asking == "impostor":
        return here.show(_back(IMPOSTOR_NOTED), gone, Note("impostor", text), asking=None)
    return Turn(here.conversation, (gone, LookUp("message", text)))


def not_read(here: Here, message: int) -> Turn:
    """Something that is not text was brought to be checked."""
    return here.show(_back(NOT_READ), Forget(message))


def checked(here: Here, written_on: date | None) -> Turn:
    """Whether a message is ours, and of which day."""
    if written_on is not None:
        return here.show(_back(replace(GENUINE, values={"day": day(written_on)})), asking=None)
    rows = ((Button(CHECK_MESSAGE, press("vf")), Button(IMPOSTOR, press("im"))), (Button(CONTINUE, press("g")),))
    return here.show(Screen((NOT_OURS, WE_NEVER_ASK), rows), asking=None)


def call_words(here: Here, words: Sequence[str]) -> Turn:
    """The words of today; none when nothing was sent."""
    if not words:
        return here.show(_back(NO_WORDS_YET, WE_NEVER_ASK))
    *first, second = words
    values: dict[str, Value] = {"day": day(here.at.date()), "first": " ".join(first), "second": second}
    return here.show(_back(replace(WORDS_OF_THE_DAY, values=values)))


def our_word(here: Here, number: int, shown: str) -> Turn:
    """The word of this chat, and others to choose from."""
    following = [(number + 1 + step) % COUNT for step in range(OFFERED)]
    return _word_screen(here, following, replace(WORD_LINE, values={"word": shown}))


def word_chosen(here: Here, shown: str) -> Turn:
    return here.show(_back(replace(WORD_CHOSEN, values={"word": shown})))


def _choose(here: Here, chosen: str) -> Turn:
    """`w7` is a word, `p7` the page of words that begins with it."""
    number = int(chosen[1:]) % COUNT if chosen[1:].isdecimal() else 0
    if chosen[:1] == "w":
        return Turn(here.conversation, (ChooseWord(number),))
    return _word_screen(here, [(number + step) % COUNT for step in range(OFFERED)])


def _word_screen(here: Here, numbers: list[int], *lead: Phrase) -> Turn:
    language = here.conversation.language
    buttons = [Button(N_("{name}", name=word(number, language)), press("wd", word=f"w{number}")) for number in numbers]
    rows = (*zip(buttons[::2], buttons[1::2], strict=True),)
    further = Button(OTHER_WORDS, press("wd", word=f"p{(numbers[-1] + 1) % COUNT}"))
    return here.show(Screen((*lead, CHOOSE_WORD), (*rows, (further,), (Button(CONTINUE, press("g")),))))


def _back(*lines: Phrase) -> Screen:
    return Screen(lines, ((Button(CONTINUE, press("g")),),))
