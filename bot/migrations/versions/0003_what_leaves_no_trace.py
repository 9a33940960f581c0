"""Chats know when they fell silent; what was sent, locked or can be brought to another phone; who tried too often."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HAS_MESSAGE = sa.text("message IS NOT NULL")
AWAKE = sa.text("touched IS NOT NULL")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("message", sa.BigInteger))
    op.create_index("inbox_said", "inbox", ["lane"], sqlite_where=HAS_MESSAGE, postgresql_where=HAS_MESSAGE)
    op.create_index("outbox_said", "outbox", ["lane"], sqlite_where=HAS_MESSAGE, postgresql_where=HAS_MESSAGE)
    op.add_column("chats", sa.Column("touched", sa.Integer))
    op.add_column("chats", sa.Column("rest", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("chats", sa.Column("residue", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("chats", sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("chats", sa.Column("discreet", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("chats", sa.Column("recording", sa.String(40)))
    op.create_index("chats_awake", "chats", ["touched"], sqlite_where=AWAKE, postgresql_where=AWAKE)
    op.add_column("conversations", sa.Column("receipt", sa.LargeBinary))
    op.add_column("conversations", sa.Column("locked", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("portable", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("conversations", sa.Column("erase_on", sa.Integer))
    op.create_table(
        "resumptions",
        sa.Column("selector", sa.String(7), primary_key=True),
        sa.Column("conversation", sa.String(32), nullable=False, index=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "failures",
        sa.Column("who", sa.String(48), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("failures")
    op.drop_table("resumptions")
    op.drop_index("chats_awake", "chats")
    op.drop_index("outbox_said", "outbox")
    op.drop_index("inbox_said", "inbox")
    for table, names in (
        ("conversations", ("erase_on", "portable", "locked", "receipt")),
        ("chats", ("recording", "discreet", "quiet", "residue", "rest", "touched")),
        ("inbox", ("message",)),
    ):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
