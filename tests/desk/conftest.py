"""A desk of our own for each test: its keys, its store, its console, and a families' side to talk to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from desk.desk import Desk
from desk.keys import Identity, new_identity
from desk.store import Store, knows_a_key, open_store
from desk.web import console
from ground.vault import Vault, new_key
from tests.desk.desks import Clock, add, desk_of, sign_in
from tests.desk.fakes import FamiliesSide, Sender, Served, sender_to


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    return new_identity(tmp_path / "identity.key")


@pytest.fixture
def sender(identity: Identity) -> Sender:
    return sender_to(identity)


@pytest.fixture
def families() -> Iterator[FamiliesSide]:
    with FamiliesSide() as side:
        yield side


def _open(url: str, clock: Clock, tmp_path: Path) -> Iterator[Store]:
    knows_a_key(url)
    store = open_store(url, Vault(new_key()), tmp_path / "storage.key", clock)
    yield store
    store.engine.dispose()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """A store on SQLite."""
    yield from _open(f"sqlite:///{tmp_path / 'desk.sqlite3'}", clock, tmp_path)


@pytest.fixture
def any_store(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """The same test on SQLite and on PostgreSQL."""
    yield from _open(database_url, clock, tmp_path)


@pytest.fixture
def desk(store: Store) -> Desk:
    return desk_of(store)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Where this desk's console is served."""
    with Served(console(desk)) as served:
        yield f"http://127.0.0.1:{served.port}"


@pytest.fixture
def visitor(address: str) -> Iterator[httpx.Client]:
    """Somebody at the door of the console, with the headers that a browser sends."""
    with httpx.Client(base_url=address, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        yield client


@pytest.fixture
def jonas(desk: Desk, visitor: httpx.Client) -> httpx.Client:
    """Jonas, signed in."""
    add(desk, "Jonas")
    assert sign_in(visitor, "Jonas").headers["location"] == "/cases"
    return visitor
