"""Attachments as the desk keeps them: sealed at rest, each bound to its row; nothing in them is decoded here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select

from desk.opening import Expected, Opened
from desk.store import Store
from desk.tables import attachments

#: What a browser may show by itself: mime type -> the end of the file's name.
PICTURES = {"image/jpeg": "jpg", "image/png": "png"}
SOUNDS = {
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "audio/webm": "webm",
}
_PAPERS = {"application/pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment, opened."""

    id: str
    mime: str
    content: bytes = field(repr=False)

    @property
    def shown(self) -> bool:
        """Whether a browser may show or play it; everything else is only downloaded."""
        return self.mime in PICTURES or self.mime in SOUNDS

    @property
    def ending(self) -> str:
        """The end of a neutral file name: `jpg`, `bin` for anything unknown."""
        return {**PICTURES, **SOUNDS, **_PAPERS}.get(self.mime, "bin")


def keep(connection: Connection, store: Store, opened: Opened, expected: Expected, content: bytes) -> None:
    """Store one attachment of a revision, in the transaction that stores the revision."""
    report, revision, id_ = opened.manifest.report, opened.manifest.revision, expected.sealed.id
    connection.execute(
        insert(attachments).values(
            report=report,
            revision=revision,
            id=id_,
            kind=expected.kind,
            mime=expected.mime,
            bytes=len(content),
            original=expected.original,
            body=store.vault.seal(content, table="attachments", row=f"{report}/{revision}/{id_}", column="body"),
        )
    )


def find(connection: Connection, store: Store, report: str, id_: str, upto: int | None = None) -> Attachment | None:
    """The newest attachment of this id that came with the report, by its revision `upto`."""
    query = select(attachments).where(attachments.c.report == report, attachments.c.id == id_)
    if upto is not None:
        query = query.where(attachments.c.revision <= upto)
    row = connection.execute(query.order_by(attachments.c.revision.desc()).limit(1)).first()
    if row is None:
        return None
    place = f"{report}/{row.revision}/{id_}"
    return Attachment(id_, row.mime, store.vault.open(row.body, table="attachments", row=place, column="body"))


def each(store: Store, report: str, ids: list[str], upto: int) -> Iterator[Attachment]:
    """These attachments one after the other, so that only one is in memory at a time."""
    for id_ in ids:
        with store.engine.begin() as connection:
            found = find(connection, store, report, id_, upto)
        if found:
            yield found
