"""Reminders and broadcasts; what a chat lets us say by ourselves, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
IS_NEW = sa.text("state = 'new'")


def upgrade() -> None:
    op.add_column("chats", sa.Column("rhythm", sa.LargeBinary))
    op.add_column("chats", sa.Column("reminded", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("chats", sa.Column("digest", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("chats", sa.Column("held", sa.Integer))
    op.create_table(
        "reminders",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("step", sa.SmallInteger, nullable=False),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("due", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("leased", sa.Integer),
        sa.Column("broadcast", sa.Integer),
    )
    once = ["lane", "kind", "step", "about"]
    op.create_index("reminders_once", "reminders", once, unique=True, sqlite_where=IS_NEW, postgresql_where=IS_NEW)
    op.create_index("reminders_due", "reminders", ["due"], sqlite_where=IS_NEW, postgresql_where=IS_NEW)
    op.create_index("reminders_lane", "reminders", ["lane"])
    op.create_index("reminders_broadcast", "reminders", ["broadcast"])
    op.create_table(
        "broadcasts",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("texts", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("broadcasts")
    op.drop_table("reminders")
    with op.batch_alter_table("chats") as batch:
        for name in ("held", "digest", "reminded", "rhythm"):
            batch.drop_column(name)
