"""Reasons for starting jobs in spite of a restriction, and an index for the newest jobs of many schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
# By going back.
LOST = "why jobs were started in spite of a restriction"


def upgrade() -> None:
    # Added in place. Rebuilding the table in SQLite would forget which ids were given out.
    with op.batch_alter_table("jobs", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("override_reason", sa.String(length=300), nullable=True))
    op.create_index("ix_jobs_schedule_id_id", "jobs", ["schedule_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_jobs_schedule_id_id", "jobs")
    with op.batch_alter_table("jobs", recreate="never") as batch_op:
        batch_op.drop_column("override_reason")
