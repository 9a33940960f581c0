"""The first tables: inbox, chats, conversations, outbox, envelopes, references, tasks, meta."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
IS_NEW = sa.text("state = 'new'")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("update_id", ROW_ID, primary_key=True, autoincrement=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("inbox_new", "inbox", ["update_id"], sqlite_where=IS_NEW, postgresql_where=IS_NEW)
    op.create_table(
        "chats",
        sa.Column("lane", sa.String(32), primary_key=True),
        sa.Column("handle", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("conversation", sa.String(32)),
        sa.Column("anchor", sa.BigInteger),
        sa.Column("below", sa.Boolean, nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("lane", sa.String(32), nullable=False, index=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("fresh", sa.Boolean, nullable=False),
        sa.Column("target", sa.BigInteger),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("outbox_new", "outbox", ["update_id", "ordinal"], sqlite_where=IS_NEW, postgresql_where=IS_NEW)
    op.create_table(
        "envelopes",
        sa.Column("seq", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("report", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("manifest", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("acked_at", sa.BigInteger),
        sa.Column("erased", sa.Boolean, nullable=False),
        sa.UniqueConstraint("report", "revision"),
    )
    op.create_table(
        "references",
        sa.Column("selector", sa.String(7), primary_key=True),
        sa.Column("hash", sa.String(128)),
        sa.Column("unhashed", sa.LargeBinary),
        sa.Column("report", sa.String(32), nullable=False, index=True),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("conversation", sa.String(32)),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.UniqueConstraint("update_id", "ordinal"),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("meta", "tasks", "references", "envelopes", "outbox", "conversations", "chats", "inbox"):
        op.drop_table(table)
