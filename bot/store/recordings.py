"""The SQL of recorded questions: under which name Telegram already has a recording of ours."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import recordings

#: A longer name is not kept.
LONGEST = 256


def find(connection: Connection, sha256: str, bot: int) -> str | None:
    """Telegram's `file_id` of the recording with this digest (hex), which holds for this bot (its id) only."""
    found = select(recordings.c.file_id).where(recordings.c.sha256 == sha256, recordings.c.bot == bot)
    return connection.execute(found).scalar_one_or_none()


def put(connection: Connection, sha256: str, bot: int, file_id: str) -> None:
    """Remember it, in place of what was known before."""
    forget(connection, sha256)
    connection.execute(insert(recordings), {"sha256": sha256, "bot": bot, "file_id": file_id})


def forget(connection: Connection, sha256: str) -> None:
    """Telegram does not take the name any more."""
    connection.execute(delete(recordings).where(recordings.c.sha256 == sha256))
