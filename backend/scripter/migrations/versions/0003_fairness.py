"""Priorities of scripts, limits on their jobs, and an index that holds all that the line of waiting jobs is asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
# By going back.
LOST = "priorities of scripts and their limits on running and waiting jobs"

LINE = ["status", "priority", "id", "script_id", "started_by_id", "retry_at"]


def upgrade() -> None:
    # Columns are added in place. Rebuilding the table in SQLite would forget which ids were given out.
    with op.batch_alter_table("scripts", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("max_running", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("max_queued", sa.Integer(), nullable=True))
    op.create_index("ix_jobs_line", "jobs", LINE, unique=False)
    op.drop_index("ix_jobs_status_priority_id", "jobs")
    locks = op.create_table(
        "job_locks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_locks")),
    )
    op.bulk_insert(locks, [{"name": "queue"}])


def downgrade() -> None:
    op.drop_table("job_locks")
    op.create_index("ix_jobs_status_priority_id", "jobs", ["status", "priority", "id"], unique=False)
    op.drop_index("ix_jobs_line", "jobs")
    with op.batch_alter_table("scripts", recreate="never") as batch_op:
        batch_op.drop_column("max_queued")
        batch_op.drop_column("max_running")
        batch_op.drop_column("priority")
