"""By whose clock an appointment was set, beside its reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminders", sa.Column("clock", sa.LargeBinary))


def downgrade() -> None:
    with op.batch_alter_table("reminders") as batch:
        batch.drop_column("clock")
