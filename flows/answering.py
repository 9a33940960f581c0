"""Transitions of the questionnaire: what a button, words, an edit or an attachment do to the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from flows import screens as say
from flows.conversation import Claim, ClaimStatus, Conversation, Raw, files_of
from flows.effects import CallPerson, Drop, Effect, Erase, Forget, Settle, Show, Toast
from flows.events import Attached, File
from flows.notices import ended_screen, submitted_screen
from flows.phrases import Button, Phrase
from flows.presses import Press, press
from flows.questions import MEDIA, Choice, Question
from flows.reading import READERS, Ambiguous, Understood
from flows.reading.words import fold
from flows.turn import Here, Turn, asked_back, takes_media
from flows.walk import Standing

_STATUSES: Mapping[str, ClaimStatus] = {"unknown": "unknown", "refused": "refused", "deferred": "deferred"}

#: What one request can hold (the Bot API gives at most 20 MB a file).
MOST_FILES = 10
MOST_BYTES = 50 * 2**20
#: What each kind of question takes, by what the family's app calls it.
_TAKES: Mapping[str, frozenset[str]] = {
    "image": frozenset({"photo", "document"}),
    "file": frozenset({"photo", "document"}),
    "audio": frozenset({"voice", "audio"}),
    "text": frozenset({"voice", "audio"}),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attachment has a place here."""

    #: whether the family chose to keep the hidden details of what it sends
    keep_original: bool


# -- buttons about a question --------------------------------------------------------------------------------------------


def pressed_about(here: Here, pressed: Press) -> Turn:
    """A button that names its question answers that question, however old the message it stands under."""
    standing = here.walked.standing(pressed.question)
    if standing is None:
        return here.move_on(also=(Toast(say.NOT_ASKED_NOW),))
    question, claim = standing.question, standing.claim
    match pressed.verb:
        case "e":
            return _opened(here, standing)
        case "b":
            previous = here.walked.before(question.name)
            return here.move_on(focus=previous.name if previous else None)
        case "s" if question.kind in MEDIA and files_of(claim):
            return here.move_on(focus=None)  # what was sent goes only with the button that says so
        case "s" if pressed.word in _STATUSES and not question.required and question.kind != "note":
            return claimed(here, question, _left_open(question, claim, pressed.word, here.at), also=_dropped(claim))
        case "d" if question.kind == "select_multiple" or question.kind in MEDIA:
            return here.move_on(focus=None) if here.asked is not None else _said_before(here)
        case "t" if question.kind == "select_multiple" and question.choice(pressed.word):
            return _ticked(here, question, claim, pressed.word)
        case "r" if files_of(claim):
            return claimed(here, question, Claim(question.name, "deferred", here.at), also=_dropped(claim))
        case "y" if claim is not None and claim.instead is not None:
            return claimed(here, question, _as_meant(question, here.conversation, claim, here.at))
        case "y" if claim is not None and claim.status == "answered" and not claim.confirmed:
            return claimed(here, question, replace(claim, at=here.at, confirmed=True))
        case "o" if claim is not None and (chosen := _option(question, claim, pressed.word)):
            return claimed(here, question, replace(chosen, at=here.at))
        case "y" | "o" if claim is not None and claim.confirmed:  # pressed twice
            return _said_before(here) if here.asked is None else here.move_on(also=(Toast(say.SAVED),))
        case "c" if question.kind == "note":
            value = {"type": "text", "text": "ok"}
            return claimed(here, question, Claim(question.name, "answered", here.at, value=value))
        case "c" if question.kind != "select_multiple" and (choice := question.choice(pressed.word)):
            return picked(here, question, choice)
    return here.move_on(also=(Toast(say.OLD_BUTTON),))


def _left_open(question: Question, claim: Claim | None, status: str, at: datetime) -> Claim:
    """Left open by a button. "I don't know" about something we asked back, or understood, leaves the words as they are."""
    asked = claim is not None and not claim.confirmed and status == "unknown"
    return Claim(question.name, _STATUSES[status], at, claim.raw if claim is not None and asked else None)


def _opened(here: Here, standing: Standing) -> Turn:
    """The pencil. On something we understood wrongly, or asked back about, it means: I say it in other words."""
    claim = standing.claim
    if claim is None or claim.confirmed:
        return here.move_on(focus=standing.question.name)
    lead = (say.KEPT_AGAIN,) if claim.status == "answered" else ()
    wrong = replace(claim, status="needs_human", value=None, at=here.at, confirmed=True, instead=None)
    return here.with_claim(wrong).move_on(*lead, focus=standing.question.name)


def _as_meant(question: Question, conversation: Conversation, claim: Claim, at: datetime) -> Claim:
    """The words are the answer after all: read as they would have been without any doubt."""
    raw = claim.raw or Raw("", conversation.language)
    return _read_claim(question, READERS[question.reads](raw.text, raw.language, claim.at), raw, claim.message, at)


def _option(question: Question, claim: Claim, token: str) -> Claim | None:
    """The claim with the meaning that was chosen among those we offered."""
    ask = asked_back(question, claim)
    option = next((option for option in ask.options if option.token == token), None) if ask else None
    return replace(claim, status="answered", value=option.value, confirmed=True) if option else None


def picked(here: Here, question: Question, choice: Choice) -> Turn:
    """A choice was made that does more than answer, or just answers."""
    if choice.shows is not None:
        shown = Show(say.more_screen(question, choice.shows))
        return Turn(replace(here.conversation, focus=question.name), (shown,))
    called = _called(question, choice)
    ends = choice.ends or (question.ends if question.ends_unless and choice.name not in question.ends_unless else None)
    if ends is not None:
        return ended(here, ends, called)
    if question.sets == "language":
        here = here.now(language=choice.name)
    claim = Claim(question.name, "answered", here.at, value=choice_value(here, question, choice))
    if _repeats(here, question, claim):
        called = ()  # pressed twice: one task is enough
    return claimed(here, question, claim, also=called, lead=(choice.thanks,) if choice.thanks else ())


def ended(here: Here, last_words: Phrase, called: tuple[Effect, ...] = ()) -> Turn:
    """The draft ends unsent; nothing of it stays but the language, and what was sent before it."""
    conversation = here.conversation
    if conversation.adds:
        sent = here.as_sent()
        return Turn(sent, (*called, Erase(), Show(submitted_screen(sent, last_words))))
    over = Conversation(conversation.id, conversation.language, conversation.started_at, status="ended")
    return Turn(over, (*called, Erase(), Show(ended_screen(last_words))))


def _called(question: Question, choice: Choice) -> tuple[Effect, ...]:
    return (CallPerson(f"{question.base}:{choice.name}"),) if choice.calls_person else ()


def choice_value(here: Here, question: Question, choice: Choice) -> Mapping[str, Any]:
    """The structured value of a choice; a consent's remembers which text was agreed to."""
    text = choice.label.msgid
    if question.reads in ("place", "country"):
        return {"type": "place", "text": text, "code": choice.name, "name": text}
    value = {"type": "choice", "code": choice.name, "label": text}
    if question.about == "consent":
        language = here.conversation.language
        value |= {"text_sha256": here.flow.consent_text(question, language), "language": language}
    return value


def _ticked(here: Here, question: Question, claim: Claim | None, word: str, also: tuple[Effect, ...] = ()) -> Turn:
    before = list(claim.value["codes"]) if claim and claim.value and claim.value["type"] == "choices" else []
    codes = [choice.name for choice in question.choices if (choice.name in before) != (choice.name == word)]
    labels = [choice.label.msgid for choice in question.choices if choice.name in codes]
    value = {"type": "choices", "codes": codes, "labels": labels}
    claim = Claim(question.name, "answered", here.at, value=value)
    return here.with_claim(claim).move_on(also=also, focus=question.name)


# -- words ---------------------------------------------------------------------------------------------------------------


def answers_itself(here: Here, asked: Question, text: str) -> bool:
    """Whether words are plainly an answer to a question with buttons: one of its choices, or "I don't know"."""
    words = sound(text)
    return _named_choice(here, asked, words) is not None or _says_unknown(here, asked, words)


def takes_words(asked: Question) -> bool:
    """Whether a question is answered in the family's own words."""
    return asked.kind not in MEDIA and asked.kind != "note" and not (asked.choices and asked.reads == "text")


def said(here: Here, text: str, message: int, *, instead: str | None = None) -> Turn:
    """Words, for the question that is asked; with `instead` they may be that wish, and the family is asked which."""
    words = sound(text)
    asked = here.asked
    if asked is None:
        return here.move_on(say.TO_CHANGE)
    if not words.strip():
        return here.move_on()
    if choice := _named_choice(here, asked, words):
        return _typed_choice(here, asked, choice, words, message)
    if asked.required or asked.kind == "note":
        return here.move_on(say.USE_BUTTONS)  # nothing typed here is kept: consent comes first
    if asked.kind in MEDIA:
        return here.move_on(say.SEND_IT_HERE)
    if _says_unknown(here, asked, words):
        return said_as(here, asked, "unknown", words, message)
    standing = here.walked.standing(asked.name)
    claim = _heard(asked, here.conversation, words, message, here.at, standing.claim if standing else None)
    if instead is not None:
        claim = replace(claim, confirmed=False, instead=instead)
    return claimed(here, asked, claim, also=put_away(here, message))


def said_as(here: Here, asked: Question, meant: str, words: str, message: int) -> Turn:
    """Words that surely mean `yes`, `no` or `unknown`; they are kept beside it."""
    choice = asked.choice(meant)
    if choice is not None:
        return _typed_choice(here, asked, choice, sound(words), message)
    unknown = Claim(asked.name, "unknown", here.at, Raw(sound(words), here.conversation.language), None, message)
    return claimed(here, asked, unknown, also=put_away(here, message))


def _typed_choice(here: Here, asked: Question, choice: Choice, words: str, message: int) -> Turn:
    if asked.kind == "select_multiple":
        current = here.conversation.current().get(asked.name)
        return _ticked(here, asked, current, choice.name, put_away(here, message))
    if asked.required or choice.shows is not None or choice.ends is not None:
        turn = picked(here, asked, choice)
        return turn.after(*put_away(here, message))
    raw = Raw(words, here.conversation.language)
    claim = Claim(asked.name, "answered", here.at, raw, choice_value(here, asked, choice), message)
    lead = (choice.thanks,) if choice.thanks else ()
    return claimed(here, asked, claim, also=(*put_away(here, message), *_called(asked, choice)), lead=lead)


def _heard(
    question: Question, conversation: Conversation, words: str, message: int, at: datetime, earlier: Claim | None = None
) -> Claim:
    """The words as a claim: read where they can be, kept as they are where not."""
    language = conversation.language
    if question.choices and question.reads == "text":
        return Claim(question.name, "needs_human", at, Raw(words, language), None, message)
    read = READERS[question.reads]
    if (both := _together(question, earlier, words)) is not None:
        reading = read(both, language, at)
        if isinstance(reading, Understood | Ambiguous):
            return _read_claim(question, reading, Raw(both, language), message, at)
    return _read_claim(question, read(words, language, at), Raw(words, language), message, at)


def _together(question: Question, earlier: Claim | None, words: str) -> str | None:
    """What was said first and the answer to what we asked back, a line each; None when this is no such answer."""
    if earlier is None or earlier.raw is None or asked_back(question, earlier) is None:
        return None
    said = earlier.raw.text.split("\n")
    return None if words in said else f"{earlier.raw.text}\n{words}"[:4096]


def _read_claim(question: Question, reading: Any, raw: Raw, message: int | None, at: datetime) -> Claim:
    match reading:
        case Understood(value, sure):
            return Claim(question.name, "answered", at, raw, value, message, confirmed=sure)
        case Ambiguous():
            return Claim(question.name, "needs_human", at, raw, None, message, confirmed=False)
    return Claim(question.name, "needs_human", at, raw, None, message)


def edited(here: Here, text: str, message: int) -> Turn:
    """An edited message changes the answer it once gave, wherever the conversation stands by now."""
    words = sound(text)
    conversation = here.conversation
    source = next((claim for claim in reversed(conversation.claims) if claim.message == message), None)
    question = here.flow.question(source.question) if source else None
    if question is None or not words.strip():
        return Turn(conversation, ())
    if source is not None and source.raw is not None and source.raw.text == words:
        return Turn(conversation, ())  # edited, and the same as before
    if choice := _named_choice(here, question, words):
        raw = Raw(words, conversation.language)
        claim = Claim(question.name, "answered", here.at, raw, choice_value(here, question, choice), message)
    else:
        claim = _heard(question, conversation, words, message, here.at)
    after = here.with_claim(claim)
    standing = after.walked.standing(question.name)
    if standing is not None and not standing.settled:
        return after.move_on(*_why_again(question, claim), focus=question.name)
    return after.move_on(say.CHANGED)


def claimed(
    here: Here, question: Question, claim: Claim, *, also: tuple[Effect, ...] = (), lead: tuple[Phrase, ...] = ()
) -> Turn:
    """A claim was made: keep it, and go on, or ask once more when it could not be understood."""
    was_asked = here.asked
    if was_asked is None and _repeats(here, question, claim):
        return _said_before(here)
    after = here.with_claim(claim)
    if after.conversation.focus == question.name:
        after = after.now(focus=None)
    settled = Settle(((Button(say.CHANGE, press("e", question.name)),),))
    standing = after.walked.standing(question.name)
    if standing is not None and not standing.settled:
        return after.move_on(*lead, *_why_again(question, claim), also=(*also, settled), focus=question.name)
    if was_asked is None or was_asked.name != question.name:
        return after.move_on(*lead, also=(*also, Toast(say.CHANGED)))
    if question.thanks and (claim.raw or files_of(claim)):
        lead = (*lead, question.thanks)
    if standing is not None and standing.needs_human and not files_of(claim):
        lead = (*lead, say.KEPT_FOR_A_PERSON)
    return after.move_on(*lead, also=(*also, settled))


def _repeats(here: Here, question: Question, claim: Claim) -> bool:
    """Whether the answer in force says the same: a button pressed twice."""
    before = here.walked.standing(question.name)
    old = before.claim if before is not None and before.settled else None
    return old is not None and (old.status, old.value, old.raw) == (claim.status, claim.value, claim.raw)


def _said_before(here: Here) -> Turn:
    """A second press when everything asked is answered: the menu or the review that is shown since the first stays."""
    return Turn(here.conversation, (Toast(say.SAVED),))


def _why_again(question: Question, claim: Claim) -> tuple[Phrase, ...]:
    if not claim.confirmed:
        return ()  # the screen itself asks
    if claim.status == "answered" and question.constraint_message is not None:
        return (question.constraint_message,)
    if question.reads in ("date", "birth"):
        return (say.KEPT_NO_DATE,)
    return (say.KEPT_CHOOSE if question.choices else say.KEPT_AGAIN,)


def _named_choice(here: Here, question: Question, words: str) -> Choice | None:
    """The choice somebody typed instead of pressing: by its words in any language we speak, or as people say it."""
    if not question.choices:
        return None
    if named := here.flow.labels[question.base].get(fold(words)):
        return named
    reads = "yes_no" if question.choice("yes") and question.choice("no") else "relation"
    if reads == "relation" and not question.field.endswith(".relationship"):
        return None
    code = _plainly(reads, here, words)
    return question.choice(code) if code else None


def _says_unknown(here: Here, question: Question, words: str) -> bool:
    """Whether the whole message says "I don't know". Not where any words may be the answer: a name, a story."""
    if question.required or (question.reads in ("text", "name") and not question.choices):
        return False
    return _plainly("yes_no", here, words) == "unknown"


def _plainly(reads: str, here: Here, words: str) -> str | None:
    """The code of a choice these words are in the conversation's own language."""
    reading = READERS[reads](words, here.conversation.language, here.at)
    return str(reading.value["code"]) if isinstance(reading, Understood) and reading.sure else None


def put_away(here: Here, message: int) -> tuple[Effect, ...]:
    """In discreet mode the family's message leaves the chat once it is saved."""
    return (Forget(message),) if here.is_discreet else ()


def sound(text: str) -> str:
    """The words as typed, less what no database or JSON can hold (lone surrogates, NUL)."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:4096]


# -- attachments ---------------------------------------------------------------------------------------------------------


def wanted(here: Here, kind: str) -> Wanted | None:
    """Whether something of this kind (`photo`, `voice`, `document`, …) has a place in the question that is asked."""
    asked = here.asked
    if asked is None or not takes_media(asked) or kind not in _TAKES.get(asked.kind, ()) or _is_full(here):
        return None
    return Wanted(_keeps_originals(here))


def _is_full(here: Here) -> bool:
    files = here.conversation.files()
    return len(files) >= MOST_FILES or sum(file["bytes"] for file in files) >= MOST_BYTES


def _keeps_originals(here: Here) -> bool:
    """What the family answered about the hidden details of its files; removing them is the default."""
    return any(
        one.question.field == ORIGINALS and one.claim is not None and (one.claim.value or {}).get("code") == "yes"
        for one in here.walked.standings
    )


#: The consent under which hidden details (place, time, device) stay in a file.
ORIGINALS = "consent.originals"


def attached(here: Here, event: Attached) -> Turn:
    """Something that is not text: kept where it was asked for, otherwise explained and taken out of the chat."""
    gone = (Forget(event.message),)
    asked = here.asked
    if event.refused is not None:
        return here.move_on(
            say.REFUSED.get(event.refused, say.REFUSED["not_fetched"]), also=put_away(here, event.message)
        )
    if event.file is not None and asked is not None and takes_media(asked):
        return _kept(here, asked, event, event.file)
    if event.kind not in ("photo", "document", "voice", "audio", "video", "video_note"):
        return here.move_on(say.TEXT_ONLY, also=put_away(here, event.message))
    if _is_full(here):
        return here.move_on(replace(say.TOO_MANY_FILES, values={"files": MOST_FILES}), also=gone)
    if event.kind in ("photo", "document"):
        return here.move_on(say.NOT_ASKED_FOR, also=gone)
    return here.move_on(say.TEXT_ONLY, also=put_away(here, event.message))


def _kept(here: Here, question: Question, event: Attached, file: File) -> Turn:
    standing = here.walked.standing(question.name)
    claim = standing.claim if standing else None
    before = files_of(claim)
    caption = sound(event.caption).strip()
    words = "\n".join(part for part in ((claim.raw.text if claim and claim.raw and before else ""), caption) if part)
    value = {"type": "files", "files": [*before, asdict(file)]}
    raw = Raw(words[:4096], here.conversation.language) if words else None
    if question.kind not in MEDIA:  # a voice message in place of words: only a person can hear what it says
        spoken = Claim(question.name, "needs_human", here.at, raw, value, event.message)
        return claimed(here, question, spoken, also=put_away(here, event.message), lead=(say.VOICE_KEPT,))
    kept = Claim(question.name, "answered", here.at, raw, value, event.message)
    lead = [say.RECEIVED]
    if event.kind == "photo" and not before:
        lead.append(say.SHARPER)
    after = here.with_claim(kept)
    return after.move_on(*lead, also=put_away(here, event.message), focus=question.name)


def _dropped(claim: Claim | None) -> tuple[Effect, ...]:
    files = tuple(file["id"] for file in files_of(claim))
    return (Drop(files),) if files else ()
