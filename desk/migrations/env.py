"""How Alembic reaches the desk's database: the address comes from the caller, never from a file."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from desk.tables import metadata

engine = create_engine(context.config.attributes["url"], poolclass=NullPool, hide_parameters=True)
with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
