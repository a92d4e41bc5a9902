"""Indexes with which the list of jobs is filtered by status, trigger and time, however many jobs there are."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
# By going back.
LOST = "nothing but time: lists of jobs that are filtered take longer"

INDEXES = {
    "ix_jobs_status_id": ["status", "id"],
    "ix_jobs_trigger_id": ["trigger", "id"],
    "ix_jobs_created_at_id": ["created_at", "id"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "jobs", columns, unique=False)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, "jobs")
