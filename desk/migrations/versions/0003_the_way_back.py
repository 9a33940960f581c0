"""What the desk says to families and what it hears of it; tasks for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sayings",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("report", sa.String(32), index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("proposed_by", sa.String(32), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("released_by", sa.String(32)),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("report", sa.String(32), index=True),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("times", sa.String(16)),
        sa.Column("asked_on", sa.String(10), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("caseworker", sa.String(32)),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("tasks")
    op.drop_table("sayings")
