"""What is known of one conversation: language, status, claims. Where it stands is derived from these, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

ClaimStatus = Literal["answered", "unknown", "refused", "deferred", "needs_human"]
Status = Literal["open", "submitted", "ended"]
#: What was sent to the team: see `kind` in the report's schema.
SentKind = Literal[
    "report", "addition", "withdrawal", "erasure_request", "erasure_cancelled", "erasure", "answer", "note"
]
#: What the next words are for, when not for a question: a new PIN of a draft; code and PIN; the PIN of what was sent, before the
#: press named is done (`flows.guard`); a new one of that; a message that may not be ours; who pretends to be us (`flows.genuine`)
Asking = Literal[
    "pin",
    "resume",
    "proof_st",
    "proof_md",
    "proof_ea",
    "proof_pn",
    "proof_pd",
    "proof_px",
    "proof_wl",
    "proof_w",
    "new_pin",
    "new_duress",
    "message",
    "impostor",
]

#: Version of the saved form below; raised when `restore` must learn to read an older one.
SAVED_AS = 2


@dataclass(frozen=True, slots=True)
class Raw:
    """The family's own words, as they came."""

    text: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One answer as stated at one time. Never overwritten: a later claim on the same question supersedes it."""

    question: str
    status: ClaimStatus
    at: datetime
    raw: Raw | None = None
    #: structured reading, JSON values as in the schema's `value`; None when there is none. A consent's holds the hash and
    #: language of the text agreed to; files are held whole, as in the schema's `files`
    value: Mapping[str, Any] | None = field(default=None, repr=False)
    #: the chat message the words came in, so that editing it changes the answer
    message: int | None = None
    #: False while the family has not yet said that the reading is right; with `needs_human`: we asked one thing back
    confirmed: bool = True
    #: the words may be no answer at all but a wish (an intent of ours): the family is asked which
    instead: str | None = None

    @property
    def waits(self) -> bool:
        """Whether the family is looking at what we took the words for, and has not said yet that it is right."""
        return not self.confirmed and (self.status == "answered" or self.instead is not None)


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending to the team."""

    revision: int
    kind: SentKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the chat lets us say by ourselves."""

    #: to be reminded of what is left unfinished
    reminded: bool = False
    #: months between two regular updates; 0 none
    digest: int = 0
    #: nothing but answers
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """One family's conversation about one request. Immutable: `flows.step` returns a new one.

    Once a report was sent its claims are gone from here, but for setup and consents; what the family says after that is an
    addition, which is a draft of its own with the same id.
    """

    #: UUID as 32 hex digits; becomes the report's id
    id: str
    language: str
    started_at: datetime
    status: Status = "open"
    #: every claim ever made, oldest first; kept only while the draft lives. Words that turned out to be no answer are not
    claims: tuple[Claim, ...] = ()
    #: the question the family wants to answer next (pencil, Back); None = the first open one
    focus: str | None = None
    #: the section of the menu they have open (`photo`, `photo.2`)
    section: str | None = None
    paused: bool = False
    #: revision of the last report sent (0 = none yet)
    revision: int = 0
    #: how many sought persons what was sent is about
    persons: int = 1
    sent: tuple[Sent, ...] = ()
    asking: Asking | None = None
    #: the consent that is taken back once the PIN is right (`proof_w`)
    taking_back: str | None = None
    #: the day from which the team carries out an erasure the family asked for
    erase_on: date | None = None
    #: what the team has fetched: (revision, day). The shell fills it in from its own rows; it is not saved
    handed: tuple[tuple[int, date], ...] = field(default=(), compare=False)
    #: tags of letters from the team that wait for the family. The shell fills it in; it is not saved
    waiting: tuple[str, ...] = field(default=(), compare=False)
    #: whether what was sent has a PIN, and whether it is still to be asked for. The shell fills them in; they are not saved
    has_pin: bool = field(default=False, compare=False)
    guarded: bool = field(default=False, compare=False)
    #: what the chat lets us say by ourselves; likewise filled in by the shell where it is shown
    wishes: Wishes = field(default=Wishes(), compare=False)

    @property
    def tag(self) -> str:
        """Short mark in every button, so that a button of an earlier conversation never answers in this one."""
        return self.id[:6]

    @property
    def adds(self) -> bool:
        """Whether what is open here is an addition to something sent."""
        return self.revision > 0

    def current(self) -> dict[str, Claim]:
        """The claim in force for each question that has one."""
        return {claim.question: claim for claim in self.claims}

    def with_claim(self, claim: Claim) -> Conversation:
        return replace(self, claims=(*self.claims, claim))

    def without_claim(self, claim: Claim) -> Conversation:
        """As if the words had never been taken for an answer."""
        return replace(self, claims=tuple(one for one in self.claims if one is not claim))

    def files(self) -> list[Mapping[str, Any]]:
        """Every attachment the claims in force hold."""
        return [file for claim in self.current().values() for file in files_of(claim)]


def files_of(claim: Claim | None) -> list[Mapping[str, Any]]:
    """The attachments of a claim, as in the schema's `files`."""
    if claim is None or claim.value is None or claim.value["type"] != "files":
        return []
    return list(claim.value["files"])


def save(conversation: Conversation) -> dict[str, Any]:
    """The conversation as JSON values; `restore` reads them back to an equal one."""
    return {
        "v": SAVED_AS,
        "id": conversation.id,
        "language": conversation.language,
        "started_at": conversation.started_at.isoformat(),
        "status": conversation.status,
        "claims": [_save_claim(claim) for claim in conversation.claims],
        "focus": conversation.focus,
        "section": conversation.section,
        "paused": conversation.paused,
        "revision": conversation.revision,
        "persons": conversation.persons,
        "sent": [[one.revision, one.kind, one.at.isoformat()] for one in conversation.sent],
        "asking": conversation.asking,
        "taking_back": conversation.taking_back,
        "erase_on": conversation.erase_on and conversation.erase_on.isoformat(),
    }


def restore(saved: Mapping[str, Any]) -> Conversation:
    """The conversation `save` wrote, in this version or the first."""
    return Conversation(
        id=saved["id"],
        language=saved["language"],
        started_at=datetime.fromisoformat(saved["started_at"]),
        status=saved["status"],
        claims=tuple(_restore_claims(saved["claims"])),
        focus=saved["focus"],
        section=saved.get("section"),
        paused=saved["paused"],
        revision=saved["revision"],
        persons=saved.get("persons", 1),
        sent=tuple(Sent(number, kind, datetime.fromisoformat(at)) for number, kind, at in saved.get("sent", ())),
        asking=saved.get("asking"),
        taking_back=saved.get("taking_back"),
        erase_on=date.fromisoformat(saved["erase_on"]) if saved.get("erase_on") else None,
    )


def save_claims(claims: Iterable[Claim]) -> list[Any]:
    """Claims as JSON values; `restore_claims` reads them back."""
    return [_save_claim(claim) for claim in claims]


def restore_claims(saved: Iterable[list[Any]]) -> tuple[Claim, ...]:
    """The claims `save_claims` wrote."""
    return tuple(_restore_claims(saved))


#: Every turn saves every claim, and a claim's moment does not change.
_moment = lru_cache(maxsize=8192)(datetime.isoformat)


def _save_claim(claim: Claim) -> list[Any]:
    raw = claim.raw and [claim.raw.text, claim.raw.language]
    value = None if claim.value is None else dict(claim.value)
    saved = [claim.question, claim.status, _moment(claim.at), raw, value, claim.message]
    if claim.instead is not None:
        return [*saved, claim.confirmed, claim.instead]
    return saved if claim.confirmed else [*saved, False]


def _restore_claims(saved: Iterable[list[Any]]) -> Iterable[Claim]:
    for question, status, at, raw, value, message, *more in saved:
        yield Claim(
            question=question,
            status=status,
            at=datetime.fromisoformat(at),
            raw=raw and Raw(*raw),
            value=None if value is None else MappingProxyType(value),
            message=message,
            confirmed=more[0] if more else True,
            instead=more[1] if len(more) > 1 else None,
        )
