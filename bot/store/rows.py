"""The rows of the store as values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An update as it lies in the inbox; the body is sealed, None when blanked."""

    update_id: int
    lane: str
    tries: int = 0
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat, and the conversation it is in (its fields None when there is none)."""

    lane: str
    handle: bytes = field(repr=False)
    language: str
    anchor: int | None
    below: bool
    reachable: bool
    day: int
    conversation: str | None
    version: int | None
    key: bytes | None = field(repr=False)
    body: bytes | None = field(repr=False)
    receipt: bytes | None = field(repr=False)
    locked: int | None
    portable: bool | None
    touched: int | None
    residue: int
    quiet: bool
    discreet: bool
    recording: str | None
    word: int | None
    rhythm: bytes | None = field(repr=False)
    reminded: bool
    digest: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Something to say; the body is sealed."""

    update_id: int
    ordinal: int
    lane: str
    kind: str
    fresh: bool
    target: int | None
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an outbox row: `done`, `dead` or `dropped`, and the message that came of it."""

    update_id: int
    ordinal: int
    state: str = "done"
    message: int | None = None


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """A sealed report, ready to be fetched."""

    report: str
    revision: int
    manifest: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    sealed: bytes | None = field(repr=False)
    acked_at: int | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """A sealed attachment."""

    #: 32 hex digits
    id: str
    #: an age file; None once erased
    sealed: bytes | None = field(repr=False)
    #: SHA-256 of the sealed bytes, hex
    sealed_sha256: str
    #: length of the sealed bytes
    sealed_bytes: int
