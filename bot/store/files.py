"""The SQL of attachments: sealed when they arrive, assigned to a revision when it is sent, erased with its envelope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from bot.store.rows import FileRow
from bot.store.tables import conversations, envelopes, files, letters
from flows.envelope import SealedFile

_TRAVELS = (files.c.id, files.c.sealed_sha256, files.c.sealed_bytes)
_NOT_SENT = files.c.report.is_(None)
_IDS = files.c.id.in_(bindparam("ids", expanding=True))


def put(connection: Connection, row: FileRow, *, conversation: str, day: int) -> None:
    """Keep an attachment of a conversation (32 hex digits) that arrived on this day (days since 1970)."""
    connection.execute(
        insert(files),
        {
            "id": row.id,
            "conversation": conversation,
            "sealed": row.sealed,
            "sealed_sha256": row.sealed_sha256,
            "sealed_bytes": row.sealed_bytes,
            "report": None,
            "revision": None,
            "day": day,
        },
    )


def of(connection: Connection, ids: Sequence[str]) -> list[SealedFile]:
    """What a manifest says of these attachments, in the order of `ids`; KeyError when one of them is not kept."""
    found = connection.execute(select(*_TRAVELS).where(_IDS), {"ids": list(ids)})
    by_id = {row.id: SealedFile(*row) for row in found}
    return [by_id[id_] for id_ in ids]


def assign(connection: Connection, ids: Sequence[str], report: str, revision: int) -> None:
    """They travel with this revision, and with no other; KeyError when one is not kept or travels already."""
    if not ids:
        return
    sent = update(files).where(_IDS, _NOT_SENT).values(report=report, revision=revision)
    if connection.execute(sent, {"ids": list(ids)}).rowcount != len(set(ids)):
        raise KeyError("an attachment is gone or was sent before")


def drop(connection: Connection, ids: Iterable[str]) -> int:
    """The family took them out again before sending; how many. What was sent stays."""
    return connection.execute(delete(files).where(_IDS, _NOT_SENT), {"ids": list(ids)}).rowcount


def forget_conversation(connection: Connection, conversation: str) -> int:
    """The draft is erased, and with it the attachments it had not sent; how many."""
    return connection.execute(delete(files).where(files.c.conversation == conversation, _NOT_SENT)).rowcount


def find(connection: Connection, report: str, revision: int, id_: str) -> FileRow | None:
    """An attachment of a revision, its sealed bytes None once erased; None when there is no such attachment."""
    found = select(files.c.id, files.c.sealed, files.c.sealed_sha256, files.c.sealed_bytes).where(
        files.c.id == id_, files.c.report == report, files.c.revision == revision
    )
    row = connection.execute(found).first()
    return None if row is None else FileRow(*row)


def erase(connection: Connection, acked_before: int) -> int:
    """Erase the attachments of envelopes acknowledged before this moment (seconds since 1970); how many.

    `bot.store.envelopes.erase` calls this before it erases the envelopes themselves.
    """
    old = select(envelopes.c.report, envelopes.c.revision).where(envelopes.c.acked_at < acked_before)
    still_here = files.c.sealed.is_not(None)
    gone = update(files).where(tuple_(files.c.report, files.c.revision).in_(old), still_here).values(sealed=None)
    return connection.execute(gone).rowcount


def prune(connection: Connection, before: int) -> int:
    """Forget attachments from before this day whose conversation is gone and that were never sent; how many.

    Every way of ending a conversation calls `forget_conversation`; this catches what was missed.
    """
    alive = select(conversations.c.id).where(conversations.c.id == files.c.conversation).exists()
    answering = select(letters.c.id).where(letters.c.id == files.c.conversation).exists()
    return connection.execute(delete(files).where(_NOT_SENT, files.c.day < before, ~alive, ~answering)).rowcount
