"""The desk's store: one database and the vault of what is sealed in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from desk import tables
from ground.complaints import Complaint
from ground.database import bring_up_to_date, open_engine
from ground.vault import Unreadable, Vault

MIGRATIONS = Path(__file__).parent / "migrations"
_CHECK = b"the desk's storage key"


def _now() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Store:
    """Where the desk keeps what it knows. `now` gives whole seconds since 1970; tests move it."""

    engine: Engine = field(repr=False)
    vault: Vault
    now: Callable[[], int] = _now

    def seal(self, value: dict[str, Any], *, table: str, row: str, column: str) -> bytes:
        """A JSON object as a sealed field."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return self.vault.seal(plain, table=table, row=row, column=column)

    def open(self, sealed: bytes, *, table: str, row: str, column: str) -> dict[str, Any]:
        """The JSON object in a sealed field; `Unreadable` when it was moved or damaged."""
        value: dict[str, Any] = json.loads(self.vault.open(sealed, table=table, row=row, column=column))
        return value


def knows_a_key(url: str) -> bool:
    """Bring the tables up to date; whether the database was already written under some storage key."""
    bring_up_to_date(url, MIGRATIONS)
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            return connection.scalar(_key_check()) is not None
    finally:
        engine.dispose()


def open_store(url: str, vault: Vault, key_file: Path, now: Callable[[], int] = _now) -> Store:
    """The store at this address; a Complaint when it was written under another storage key."""
    engine = open_engine(url)
    with engine.begin() as connection:
        check = connection.scalar(_key_check())
        if check is None:
            sealed = vault.seal(_CHECK, table="about", row="key_check", column="value")
            connection.execute(insert(tables.about).values(name="key_check", value=sealed))
        else:
            _compare(vault, check, key_file)
    return Store(engine, vault, now)


def _key_check() -> Any:
    return select(tables.about.c.value).where(tables.about.c.name == "key_check")


def _compare(vault: Vault, check: bytes, key_file: Path) -> None:
    try:
        vault.open(check, table="about", row="key_check", column="value")
    except Unreadable:
        raise Complaint(
            f"The storage key in {key_file} is not the one this database was written with. Put the right key file back."
        ) from None
