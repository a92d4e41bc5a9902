"""Attempts of a job, the policy by which it is tried again, and its deadline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import scripter.lib.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
# By going back.
LOST = "the attempts of jobs before their last one, and what scripts say about retries and deadlines"

# What scripts and jobs of before have: one attempt, whatever becomes of it.
ONCE = (
    '{"count": 0, "delay_s": 10, "factor": 2,'
    ' "reasons": ["exit", "timeout", "out_of_memory", "signal", "could_not_start"]}'
)

# The attempts of jobs that ended before there were rows for them. Without a worker nothing was attempted.
ATTEMPTS_OF_BEFORE = """
    INSERT INTO job_attempts (job_id, number, status, reason, reason_code, exit_code, `signal`, started_at, finished_at,
        start_kind, start_ms, peak_memory_bytes, cpu_seconds, log_start, log_end, log_dropped_bytes, log_sha256, worker)
    SELECT id, attempt, status, reason, reason_code, exit_code, `signal`, started_at, finished_at,
        start_kind, start_ms, peak_memory_bytes, cpu_seconds, 0, log_bytes, log_dropped_bytes, log_sha256, worker
    FROM jobs WHERE status IN ('succeeded', 'failed', 'cancelled', 'lost') AND worker IS NOT NULL
"""


def upgrade() -> None:
    # Columns with a default are added in place. Rebuilding the table in SQLite would forget which ids were given out.
    with op.batch_alter_table("scripts", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("retries", sa.JSON(), nullable=False, server_default=_once()))
        batch_op.add_column(sa.Column("deadline_s", sa.Integer(), nullable=True))
    with op.batch_alter_table("jobs", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("retries", sa.JSON(), nullable=False, server_default=_once()))
        batch_op.add_column(sa.Column("retry_at", scripter.lib.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("deadline_at", scripter.lib.db.UtcDateTime(), nullable=True))
        batch_op.create_index("ix_jobs_status_deadline_at", ["status", "deadline_at"], unique=False)
    op.create_table(
        "job_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("reason_code", sa.String(length=30), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("signal", sa.Integer(), nullable=True),
        sa.Column("started_at", scripter.lib.db.UtcDateTime(), nullable=True),
        sa.Column("finished_at", scripter.lib.db.UtcDateTime(), nullable=True),
        sa.Column("start_kind", sa.String(length=10), nullable=True),
        sa.Column("start_ms", sa.Integer(), nullable=True),
        sa.Column("peak_memory_bytes", sa.BigInteger(), nullable=True),
        sa.Column("cpu_seconds", sa.Float(), nullable=True),
        sa.Column("log_start", sa.BigInteger(), nullable=False),
        sa.Column("log_end", sa.BigInteger(), nullable=True),
        sa.Column("log_dropped_bytes", sa.BigInteger(), nullable=True),
        sa.Column("log_sha256", sa.String(length=64), nullable=True),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_attempts_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_attempts")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_job_attempts_job_id_number")),
        sqlite_autoincrement=True,
    )
    op.execute(ATTEMPTS_OF_BEFORE)


def downgrade() -> None:
    op.drop_table("job_attempts")
    with op.batch_alter_table("jobs", recreate="never") as batch_op:
        batch_op.drop_index("ix_jobs_status_deadline_at")
        batch_op.drop_column("deadline_at")
        batch_op.drop_column("retry_at")
        batch_op.drop_column("retries")
    with op.batch_alter_table("scripts", recreate="never") as batch_op:
        batch_op.drop_column("deadline_s")
        batch_op.drop_column("retries")


def _once() -> sa.TextClause:
    # MySQL takes a default for JSON only as an expression; SQLite adds no column whose default is one.
    return sa.text(f"'{ONCE}'" if op.get_bind().dialect.name == "sqlite" else f"('{ONCE}')")
