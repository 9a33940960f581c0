"""How a request stands, as its family may be told: eight values about the work, dated, never about the person sought.

What a case system calls a case's state is not one of them. `public` maps it through a list of what is known to be harmless;
everything else becomes "it is registered". Nothing in this project turns such a state into words in any other way, and no
value here has a place for a match, a sighting, a test result or a death: those are told by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from flows.phrases import Button, Fact, Phrase, Screen, Value, day
from flows.presses import press
from flows.screens import CONTINUE, N_, PERSON

PublicCode = Literal[
    "draft",
    "received",
    "in_review",
    "question_for_you",
    "registered",
    "no_news",
    "please_call",
    "closed_by_you",
    "handed_to",
]
PUBLIC: frozenset[str] = frozenset(get_args(PublicCode))

#: What case systems call the state of a case -> what its family may be told. The only way from one to the other.
ALLOWED: Mapping[str, PublicCode] = {
    "received": "received",
    "new": "received",
    "assigned": "in_review",
    "in_review": "in_review",
    "edited": "in_review",
    "rfi_open": "question_for_you",
    "question_for_you": "question_for_you",
    "open": "registered",
    "registered": "registered",
    "approved": "registered",
    "tracing_in_progress": "registered",
    "no_news": "no_news",
    "please_call": "please_call",
    "closed_by_family": "closed_by_you",
    "closed_by_you": "closed_by_you",
    "transferred": "handed_to",
    "handed_to": "handed_to",
}
#: States that only a person may speak about. They change nothing of what a family reads, and are no cause for alarm.
HUMAN_ONLY: frozenset[str] = frozenset(
    {
        "verified",
        "reunified",
        "identified",
        "possible_match",
        "dna_match",
        "dna_result",
        "sighting",
        "death_info",
        "closed",
        "rejected",
        "out_of_mandate",
    }
)
FALLBACK: PublicCode = "registered"

#: With no word for so long, "registered" is said as "there is no new information since".
NO_NEWS_AFTER = timedelta(days=90)

#: When a family would like to be called.
TIMES: Mapping[str, Phrase] = {
    "morning": N_("Morning (9–12)"),
    "noon": N_("Midday (12–16)"),
    "evening": N_("Evening (16–20)"),
    "any": N_("Any time"),
    "not_now": N_("Not now"),
}

IS_THERE_NEWS = N_("Is there any news?")
SEE = N_("See")
WRITE_TO_TEAM = N_("Write to the team")
YOUR_REQUEST = N_("Your request {tag}:")
DRAFT = N_("It is not sent yet. Answers still open: {number}.")
DRAFT_WHOLE = N_("It is not sent yet. You can check and send it.")
ADDITION_DRAFT = N_("What you are adding to it is not sent yet.")
RECEIVED = N_("It was received on {day}. Nobody has read it yet.")
IN_REVIEW = N_("A person of the team is reading it, since {day}.")
QUESTION_FOR_YOU = N_("The team has a question for you, since {day}.")
REGISTERED = N_("It has been registered since {day}. The search goes on.")
NO_NEWS = N_("There is no new information since {day}. The search stays open.")
PLEASE_CALL = N_("A person of the team would like to speak with you, since {day}.")
CLOSED_BY_YOU = N_("It was closed at your request on {day}.")
HANDED_TO = N_("With your agreement it has been with {recipient} since {day}. Reference there: {reference}")
SOMETHING_WAITS = N_("There is a message for you.")
ERASURE_UNDER_WAY = N_("You asked for everything to be deleted. The team does so from {day} on.")
NOTHING_SENT = N_("No request has been sent from this chat.")
ASKED_OFTEN = N_(
    "It is all right to ask often. There is a short pause now, so that everybody gets an answer; after it you can ask again. "
    "Minutes until then: {minutes}. Nothing is lost."
)
NEWS_BY_A_PERSON = N_(
    "Here you see only how the work on it stands. News that has been checked is told by a person of the team, not by this "
    "service. We never ask for money."
)
TIMES_ASKED = N_("If you would like to be called, when is a good time?")
TIME_NOTED = N_("The team knows: {time}.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How a request stands, in public: since which day, and for `handed_to` with whom."""

    code: PublicCode
    #: the day it began to stand so, or for `no_news` the last day on which there was any
    since: date
    recipient: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)
    #: the day on which this was said here; None where that was not kept
    noted: date | None = field(default=None, compare=False)

    def is_new_since(self, day: date) -> bool:
        """Whether a family that was told on that day how it stands reads something else now.

        That there is no new information is nothing new, whatever stood there before.
        """
        return self.code != "no_news" and (self.noted or self.since) >= day


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a chat, as its rows know it."""

    #: of its conversation, in the buttons
    tag: str
    sent_on: date
    #: None when the team has not said anything yet
    progress: Progress | None = None
    #: tags of the letters that wait for the family, oldest first
    waiting: tuple[str, ...] = ()
    erase_on: date | None = None


def public(internal: str) -> tuple[PublicCode, bool]:
    """What a family may be told about a case system's state, and whether that state is known here."""
    return ALLOWED.get(internal, FALLBACK), internal in ALLOWED or internal in HUMAN_ONLY


def next_progress(
    before: Progress | None,
    internal: str,
    today: date,
    *,
    since: date | None = None,
    recipient: str = "",
    reference: str = "",
) -> tuple[Progress, bool]:
    """How a request stands once a case system has said so, and whether it said something that is known here.

    What only a person may tell leaves everything as it is, the day too: a date that moves would tell that something happened.
    """
    code, known = public(internal)
    if before is not None and internal in HUMAN_ONLY:
        return before, known
    if code != "handed_to":
        recipient = reference = ""
    after = Progress(code, since or today, recipient, reference, noted=today)
    same = before is not None and (before if since is not None else replace(before, since=after.since)) == after
    return (before if before is not None and same else after), known


def short_tag(tag: str) -> str:
    """The mark a request is told by, three letters: says nothing to whoever does not know it."""
    return tag[:3].upper()


def draft_line(open_answers: int, *, adds: bool) -> Phrase:
    """How something not sent stands."""
    if adds:
        return ADDITION_DRAFT
    return replace(DRAFT, values={"number": open_answers}) if open_answers else DRAFT_WHOLE


def progress_line(request: Request, today: date) -> Phrase:
    """The one sentence about a request: process, with its day."""
    if request.erase_on is not None:
        return replace(ERASURE_UNDER_WAY, values={"day": day(request.erase_on)})
    here = request.progress or Progress("received", request.sent_on)
    since: Mapping[str, Value] = {"day": day(here.since)}
    match here.code:
        case "handed_to":
            return replace(
                HANDED_TO,
                values={**since, "recipient": _holder(here.recipient), "reference": here.reference or "—"},
            )
        case "registered" if today - here.since >= NO_NEWS_AFTER:
            return replace(NO_NEWS, values=since)
        case code:
            return replace(_LINES[code], values=since)


def _holder(recipient: str) -> Fact:
    """Who has it, in the operator's words for a body the family was asked about; else as the case system wrote it.

    Our desk writes a body's code as RED CROSS, others may write red_cross.
    """
    return Fact(f"recipient_{'_'.join(recipient.lower().split())}", recipient or "—")


_LINES: Mapping[str, Phrase] = {
    "draft": DRAFT_WHOLE,
    "received": RECEIVED,
    "in_review": IN_REVIEW,
    "question_for_you": QUESTION_FOR_YOU,
    "registered": REGISTERED,
    "no_news": NO_NEWS,
    "please_call": PLEASE_CALL,
    "closed_by_you": CLOSED_BY_YOU,
}


def status_lines(requests: Sequence[Request], at: datetime, drafted: tuple[Phrase, ...] = ()) -> tuple[Phrase, ...]:
    """Each request with its mark when there are several, then the draft; no name anywhere."""
    lines = list(_each(requests, at.date()))
    if drafted and requests:
        lines.append(N_("What is being written now: {what}", what=drafted[0]))
    elif drafted:
        lines.append(drafted[0])
    return (*(lines or [NOTHING_SENT]), NEWS_BY_A_PERSON)


def _each(requests: Sequence[Request], today: date) -> Iterator[Phrase]:
    for request in requests:
        line = progress_line(request, today)
        if request.waiting:
            line = N_("{line} {waits}", line=line, waits=SOMETHING_WAITS)
        if len(requests) > 1:
            line = N_("{which} {line}", which=replace(YOUR_REQUEST, values={"tag": short_tag(request.tag)}), line=line)
        yield line


def status_screen(requests: Sequence[Request], at: datetime, drafted: tuple[Phrase, ...] = ()) -> Screen:
    """What is answered to "is there any news?"."""
    rows = [*see_rows(requests), (Button(CONTINUE, press("g")), Button(PERSON, press("h")))]
    return Screen(status_lines(requests, at, drafted), tuple(rows))


def asked_often_screen(minutes: int) -> Screen:
    """The same for every chat, whether anything was sent from it or not."""
    line = replace(ASKED_OFTEN, values={"minutes": minutes})
    return Screen((line,), ((Button(CONTINUE, press("g")), Button(PERSON, press("h"))),))


def see_rows(requests: Sequence[Request]) -> list[tuple[Button, ...]]:
    """A button for each letter that waits; it names the letter, because it may be about another request than this chat's."""
    several = len(requests) > 1
    rows: list[tuple[Button, ...]] = []
    for request in requests:
        for letter in request.waiting:
            label = N_("See ({tag})", tag=short_tag(request.tag)) if several else SEE
            rows.append((Button(label, press("l", word=letter)),))
    return rows


def times_rows(verb: str = "pt") -> tuple[tuple[Button, ...], ...]:
    """The choice of times, two to a row."""
    buttons = [Button(label, press(verb, word=code)) for code, label in TIMES.items()]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
