"""An index that holds all that the overview asks of ended jobs: how many in which hour, how, how long, with which logs."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
# By going back.
LOST = "nothing but time: the overview of many jobs takes longer"


def upgrade() -> None:
    op.create_index("ix_jobs_ended", "jobs", ["finished_at", "status", "started_at", "script_id", "log_bytes"])


def downgrade() -> None:
    op.drop_index("ix_jobs_ended", "jobs")
