"""PINs of what was sent, wrong tries by the hour, the word in our messages, sealed notes to a task."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was counted here held for a day at most.
    op.drop_table("failures")
    op.create_table(
        "failures",
        sa.Column("who", sa.String(48), primary_key=True),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
    )
    op.add_column("references", sa.Column("pin", sa.String(128)))
    op.add_column("references", sa.Column("duress", sa.String(128)))
    op.add_column("tasks", sa.Column("note", sa.LargeBinary))
    op.add_column("chats", sa.Column("word", sa.SmallInteger))


def downgrade() -> None:
    for table, names in (("references", ("duress", "pin")), ("tasks", ("note",)), ("chats", ("word",))):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
    op.drop_table("failures")
    op.create_table(
        "failures",
        sa.Column("who", sa.String(48), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
