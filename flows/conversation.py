"""What is known of one conversation: language, status, claims. Where it stands is derived from these, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

ClaimStatus = Literal["answered", "unknown", "refused", "deferred", "needs_human"]
Status = Literal["open", "submitted", "ended"]

#: Version of the saved form below; raised when `restore` must learn to read an older one.
SAVED_AS = 1


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
    #: structured reading, JSON values as in the schema's `value`; None when there is none
    value: Mapping[str, Any] | None = field(default=None, repr=False)
    #: the chat message the words came in, so that editing it changes the answer
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One family's conversation about one request. Immutable: `flows.step` returns a new one."""

    #: UUID as 32 hex digits; becomes the report's id
    id: str
    language: str
    started_at: datetime
    status: Status = "open"
    #: every claim ever made, oldest first; kept only while the draft lives
    claims: tuple[Claim, ...] = ()
    #: the question the family wants to answer next (pencil, Back); None = the first open one
    focus: str | None = None
    paused: bool = False
    #: revision of the last report sent (0 = none yet)
    revision: int = 0

    @property
    def tag(self) -> str:
        """Short mark in every button, so that a button of an earlier conversation never answers in this one."""
        return self.id[:6]

    def current(self) -> dict[str, Claim]:
        """The claim in force for each question that has one."""
        return {claim.question: claim for claim in self.claims}

    def with_claim(self, claim: Claim) -> Conversation:
        return replace(self, claims=(*self.claims, claim))


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
        "paused": conversation.paused,
        "revision": conversation.revision,
    }


def restore(saved: Mapping[str, Any]) -> Conversation:
    """The conversation `save` wrote."""
    return Conversation(
        id=saved["id"],
        language=saved["language"],
        started_at=datetime.fromisoformat(saved["started_at"]),
        status=saved["status"],
        claims=tuple(_restore_claims(saved["claims"])),
        focus=saved["focus"],
        paused=saved["paused"],
        revision=saved["revision"],
    )


def _save_claim(claim: Claim) -> list[Any]:
    raw = claim.raw and [claim.raw.text, claim.raw.language]
    value = None if claim.value is None else dict(claim.value)
    return [claim.question, claim.status, claim.at.isoformat(), raw, value, claim.message]


def _restore_claims(saved: Iterable[list[Any]]) -> Iterable[Claim]:
    for question, status, at, raw, value, message in saved:
        yield Claim(
            question=question,
            status=status,
            at=datetime.fromisoformat(at),
            raw=raw and Raw(*raw),
            value=None if value is None else MappingProxyType(value),
            message=message,
        )
