"""Broadcasts as operators handle them: a file with one text per language, checked before it becomes rows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from bot.store import broadcasts, reminders
from bot.store.reminders import Planned
from bot.store.tables import chats
from flows.reminding.wording import complaints
from ground.complaints import Complaint

#: What an operator may send by themselves.
KINDS = ("safety", "decision")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What the file says."""

    kind: str
    texts: Mapping[str, str]


def read_broadcast(path: Path, offered: tuple[str, ...], names: Mapping[str, str]) -> Broadcast:
    """The broadcast in a TOML file: `kind` and a table `text` by language; a Complaint names every mistake."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Complaint(f"The broadcast {path} cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Complaint(f"The broadcast {path} is not valid TOML: {error}.") from None
    kind, texts = read.get("kind"), read.get("text")
    found = []
    if kind not in KINDS:
        found.append(f"`kind` must be one of {', '.join(KINDS)}.")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        found.append('It needs a table `[text]` with one text per language, such as `en = "…"`.')
    else:
        found += complaints(texts, offered, names)
    if found:
        raise Complaint(f"The broadcast {path} cannot be sent yet:\n" + "\n".join(f"- {line}" for line in found))
    assert isinstance(texts, dict)  # noqa: S101  (else it was found above)
    return Broadcast(str(kind), {language: text.strip() for language, text in texts.items()})


def start(connection: Connection, number: int, now: int) -> int:
    """Plan it for everybody who may be written to, or go on with it; how many chats are new to it."""
    kind = _known(connection, number)[0]
    broadcasts.turn(connection, number, broadcasts.RUNNING)
    reminders.renew(connection, number, now)
    return reminders.everybody(connection, kind, number, now)


def pause(connection: Connection, number: int) -> None:
    """Stop it for now."""
    _known(connection, number)
    broadcasts.turn(connection, number, broadcasts.PAUSED)


def progress(connection: Connection, number: int) -> tuple[str, str, dict[str, int]]:
    """(kind, state, how many chats in each state)."""
    return *_known(connection, number), broadcasts.progress(connection, number)


def try_on(connection: Connection, number: int, lane: str, now: int) -> None:
    """Say it to one chat, as a test: by the same rules, but not counted against its limits."""
    _known(connection, number)
    if connection.execute(select(chats.c.lane).where(chats.c.lane == lane)).first() is None:
        raise Complaint("The bot does not know this chat. Write /start to the bot from it first.")
    reminders.put(connection, lane, Planned("trial", f"broadcast.{number}", now, now, broadcast=number))


def _known(connection: Connection, number: int) -> tuple[str, str]:
    found = broadcasts.kind_and_state(connection, number)
    if found is None:
        raise Complaint(f"There is no broadcast {number}. `wasl bot broadcast progress` lists them.")
    return found
