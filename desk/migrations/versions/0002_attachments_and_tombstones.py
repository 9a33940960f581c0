"""Attachments of a report, and what is left of one that was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("report", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mime", sa.String(200), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("original", sa.Boolean, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("report", "revision", "id"),
    )
    op.create_table(
        "tombstones",
        sa.Column("report", sa.String(32), primary_key=True),
        sa.Column("erased_on", sa.String(10), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("tombstones")
    op.drop_table("attachments")
