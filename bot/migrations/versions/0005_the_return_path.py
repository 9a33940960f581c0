"""The way back: how requests stand, letters from the team, signals to it, and which of its requests were heard."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("times", sa.String(16)))
    op.create_table(
        "standings",
        sa.Column("report", sa.String(32), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "letters",
        sa.Column("seq", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("report", sa.String(32), nullable=False, index=True),
        sa.Column("lane", sa.String(32), nullable=False, index=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("delivered", sa.Boolean, nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("body", sa.LargeBinary),
        sa.Column("answers", sa.LargeBinary),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "signals",
        sa.Column("seq", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("report", sa.String(32)),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("detail", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heard",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("heard", "signals", "letters", "standings"):
        op.drop_table(table)
    with op.batch_alter_table("tasks") as batch:
        batch.drop_column("times")
