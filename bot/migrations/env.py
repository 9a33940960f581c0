"""Runs the migrations of the families' side; `ground.database` gives the URL."""

from alembic import context
from sqlalchemy.pool import NullPool

from bot.store.tables import metadata
from ground.database import open_engine

engine = open_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()
engine.dispose()
