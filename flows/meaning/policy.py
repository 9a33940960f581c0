"""What to do about a meaning: act when sure, offer choices when not, else take the message for what was asked.

Where the conversation stands decides what can be meant at all. Nothing here sends or erases: acting on "withdraw" means
showing the screen that asks whether to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from flows.meaning.meaning import Meaning
from flows.meaning.rules import folded, may_be_an_answer

#: from this share of the candidates' confidence on, a meaning is acted on (measured: docs/decisions/0014)
ACT = 0.85
#: from this share on, it is offered as a choice
OFFER = 0.06
#: choices offered at most
CHOICES = 3
#: from this share on, help in distress is shown beside whatever else happens; it costs nobody anything to see it
CARE = 0.02
#: less than this of all confidence on what can be meant here says that nothing of it is
MASS = 0.4
#: from this confidence on, words where words are asked for may be a wish: the family is asked which
DOUBT = 0.95


class Place(Enum):
    """Where a conversation stands when words arrive."""

    #: nothing is asked: before a report, after it was sent, in a pause
    MENU = auto()
    #: a question whose answer is yes or no
    YES_NO = auto()
    #: another question with buttons
    CHOICE = auto()
    #: a question answered in one's own words: a name, a place, a date, a story
    WORDS = auto()


_ALWAYS = frozenset({"talk_to_person", "help", "change_language", "report_scam", "distress", "out_of_scope"})
_QUESTIONS = frozenset(
    {"faq_privacy", "faq_cost", "faq_how_long", "faq_who_are_you", "faq_dna", "faq_death_certificate"}
)
_STEPS = frozenset({"dont_know", "skip", "go_back", "pause", "cancel"})
_REPORTS = frozenset({"report_missing", "check_status", "add_information", "have_information", "withdraw_report"})

#: what can be meant where; everything else is not thought of
CANDIDATES: dict[Place, frozenset[str]] = {
    Place.MENU: _ALWAYS | _QUESTIONS | _REPORTS | {"greet", "thanks", "pause", "cancel"},
    Place.YES_NO: (_ALWAYS - {"report_scam"}) | {"affirm", "deny"} | (_STEPS - {"skip"}),
    Place.CHOICE: _ALWAYS | _STEPS | {"faq_privacy"},
    Place.WORDS: _ALWAYS | _STEPS | {"withdraw_report"},
}
#: what words on a list may do while a question waits for words
_COMMANDS = frozenset({"dont_know", "skip", "go_back", "cancel", "help", "withdraw_report"})
#: these need more than one word there: "Arabic" and "employee" are answers
_LONG_COMMANDS = frozenset({"talk_to_person", "change_language"})
#: whole messages that are obeyed beside any question with buttons: no choice there sounds like them
_BY_RULE = frozenset({"withdraw_report", "report_scam"})
#: nobody presses a button to say hello
_NO_CHOICE = frozenset({"greet", "thanks", "out_of_scope"})
#: what every question with buttons has a button for
_HAVE_BUTTONS = frozenset({"affirm", "deny", "dont_know", "skip", "go_back", "pause"})
#: what words may turn out to be that were written where words are asked for
_DOUBTED = frozenset({"talk_to_person", "help", "pause", "cancel", "go_back", "withdraw_report", "report_scam"})


@dataclass(frozen=True, slots=True)
class Decision:
    """`act`: on `intents[0]`. `offer`: `intents` as choices. `doubt`: keep the words, and ask whether they are the answer or
    `intents[0]`. `decline`: none of our business. `take`: the message is what was asked, or is not understood.

    `care`: show beside it where help in distress is found.
    """

    kind: Literal["act", "offer", "doubt", "decline", "take"]
    intents: tuple[str, ...] = ()
    care: bool = False


def decide(meaning: Meaning | None, place: Place, text: str = "") -> Decision:
    """What a message with this meaning leads to here. `text` is looked at only where a question waits for words."""
    if meaning is None:
        return Decision("take")
    if meaning.by == "rule":
        return _by_rule(meaning.intent, place, text)
    if place is Place.WORDS:
        doubtful = meaning.intent in _DOUBTED and meaning.confidence >= DOUBT
        return Decision("doubt", (meaning.intent,)) if doubtful else Decision("take")
    shares = candidates(meaning, place)
    care = any(intent == "distress" and share >= CARE for intent, share in shares)
    if not shares:
        return Decision("take", care=care)
    if shares[0][0] == "out_of_scope":
        return Decision("decline" if place is Place.MENU else "take", care=care)
    first, share = shares[0]
    if share >= ACT:
        return Decision("act", (first,), care or first == "distress")
    needless = _NO_CHOICE if place is Place.MENU else _NO_CHOICE | _HAVE_BUTTONS
    offered = tuple(intent for intent, share in shares[:CHOICES] if share >= OFFER and intent not in needless)
    return Decision("offer", offered, care) if offered else Decision("take", care=care)


def candidates(meaning: Meaning, place: Place) -> tuple[tuple[str, float], ...]:
    """The ranking without what cannot be meant here, its confidences made to add up to 1 again.

    Nothing when hardly any confidence is left: then none of it is meant.
    """
    possible = [(intent, confidence) for intent, confidence in meaning.ranking if intent in CANDIDATES[place]]
    total = sum(confidence for _, confidence in possible)
    return tuple((intent, confidence / total) for intent, confidence in possible) if total >= MASS else ()


def _by_rule(intent: str, place: Place, text: str) -> Decision:
    if intent == "distress":
        # In the middle of a story it is still an answer: kept, with help shown beside it.
        return Decision("take" if place is Place.WORDS else "act", () if place is Place.WORDS else (intent,), care=True)
    if place is Place.WORDS and not _is_command(intent, text):
        return Decision("doubt", (intent,)) if intent in _DOUBTED & _COMMANDS else Decision("take")
    return Decision("act", (intent,)) if intent in CANDIDATES[place] | _BY_RULE else Decision("take")


def _is_command(intent: str, text: str) -> bool:
    if may_be_an_answer(text):
        return False
    return intent in _COMMANDS or (intent in _LONG_COMMANDS and " " in folded(text))
