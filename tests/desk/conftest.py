"""A desk of our own for each test: its keys, its store, its console, and a families' side to talk to."""

from __future__ import annotations

import shutil
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
from tests.desk.fakes import FamiliesSide, Sender, Served, Switch, sender_to


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    return new_identity(tmp_path / "identity.key")


@pytest.fixture
def sender(identity: Identity) -> Sender:
    return sender_to(identity)


@pytest.fixture(scope="session")
def served_families() -> Iterator[Served]:
    with Served(Switch()) as served:
        yield served


@pytest.fixture
def families(served_families: Served) -> FamiliesSide:
    side = FamiliesSide(url=served_families.url)
    served_families.app.app = side.app()
    return side


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows, to copy."""
    path = tmp_path_factory.mktemp("blank") / "desk.sqlite3"
    knows_a_key(f"sqlite:///{path}")
    return path


@pytest.fixture
def store(tmp_path: Path, clock: Clock, blank: Path) -> Iterator[Store]:
    """A store on SQLite."""
    path = shutil.copy(blank, tmp_path / "desk.sqlite3")
    store = open_store(f"sqlite:///{path}", Vault(new_key()), tmp_path / "storage.key", clock)
    yield store
    store.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """The same test on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("store")
        return
    url = request.getfixturevalue("postgres_url")
    knows_a_key(url)
    store = open_store(url, Vault(new_key()), tmp_path / "storage.key", clock)
    yield store
    store.engine.dispose()


@pytest.fixture
def desk(store: Store) -> Desk:
    return desk_of(store)


@pytest.fixture(scope="session")
def served_console() -> Iterator[Served]:
    with Served(Switch()) as served:
        yield served


@pytest.fixture
def address(desk: Desk, served_console: Served) -> str:
    """Where this desk's console is served."""
    served_console.app.app = console(desk)
    return served_console.url


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
