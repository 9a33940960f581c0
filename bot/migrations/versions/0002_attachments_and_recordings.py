"""Attachments, sealed on arrival; recordings of questions that Telegram already has."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation", sa.String(32), nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("sealed_sha256", sa.String(64), nullable=False),
        sa.Column("sealed_bytes", sa.Integer, nullable=False),
        sa.Column("report", sa.String(32)),
        sa.Column("revision", sa.Integer),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_index("files_sent", "files", ["report", "revision"])
    op.create_table(
        "recordings",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("file_id", sa.String(256), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("recordings")
    op.drop_table("files")
