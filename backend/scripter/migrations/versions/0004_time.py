"""Policies, periods and parameters of schedules, pauses and calendars, reasons in the ledger, restrictions of scripts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import scripter.lib.db
from scripter.lib import clock

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
# By going back.
LOST = (
    "calendars, pauses, what schedules say about overlaps, catching up, jitter, blackouts and parameters,"
    " and restrictions of scripts"
)

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = scripter.lib.db.UtcDateTime()

# A schedule of before overlapped with itself, without a word about it, and goes on doing so. Those that were off have
# no rows for the past, and get them from now on.
AS_BEFORE = (
    "UPDATE schedules SET overlap = 'allow', overlap_limit = 100, owner_id = created_by_id",
    "UPDATE schedules SET `cursor` = :now, next_at = :now WHERE NOT enabled",
    "INSERT INTO schedule_pauses (schedule_id, since, reason) SELECT id, :now, '' FROM schedules WHERE NOT enabled",
    "UPDATE occurrences SET planned_at = due_at",
)


def upgrade() -> None:
    _new_tables()
    # Columns are added in place. Rebuilding the table in SQLite would forget which ids were given out.
    with op.batch_alter_table("schedules", recreate="never") as batch_op:
        for column in _columns_of_schedules():
            batch_op.add_column(column)
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"], unique=False)
    op.drop_index("ix_schedules_enabled_next_at", "schedules")
    with op.batch_alter_table("occurrences", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("planned_at", UTC, nullable=False, server_default="1970-01-01 00:00:00"))
        batch_op.add_column(sa.Column("reason_code", sa.String(length=20), nullable=True))
    op.create_index("ix_occurrences_outcome_planned_at", "occurrences", ["outcome", "planned_at"], unique=False)
    op.create_index("ix_occurrences_due_at", "occurrences", ["due_at"], unique=False)
    op.drop_index("ix_occurrences_outcome_due_at", "occurrences")
    op.add_column("clock_ticks", sa.Column("rules", sa.String(length=40), nullable=True))
    with op.batch_alter_table("scripts", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("restriction", sa.String(length=10), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("restriction_key", sa.String(length=100), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("restriction_wait", sa.String(length=10), nullable=False, server_default="wait"))
    with op.batch_alter_table("jobs", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("restriction", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("in_turn", sa.Boolean(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_jobs_restriction_status", "jobs", ["restriction", "status"], unique=False)
    op.create_index("ix_jobs_schedule_id_status", "jobs", ["schedule_id", "status"], unique=False)
    op.drop_index("ix_jobs_schedule_id", "jobs")
    _change_rows()


def downgrade() -> None:
    op.create_index("ix_jobs_schedule_id", "jobs", ["schedule_id"], unique=False)
    op.drop_index("ix_jobs_schedule_id_status", "jobs")
    op.drop_index("ix_jobs_restriction_status", "jobs")
    with op.batch_alter_table("jobs", recreate="never") as batch_op:
        batch_op.drop_column("in_turn")
        batch_op.drop_column("restriction")
    with op.batch_alter_table("scripts", recreate="never") as batch_op:
        batch_op.drop_column("restriction_wait")
        batch_op.drop_column("restriction_key")
        batch_op.drop_column("restriction")
    op.drop_column("clock_ticks", "rules")
    op.create_index("ix_occurrences_outcome_due_at", "occurrences", ["outcome", "due_at"], unique=False)
    op.drop_index("ix_occurrences_due_at", "occurrences")
    op.drop_index("ix_occurrences_outcome_planned_at", "occurrences")
    with op.batch_alter_table("occurrences", recreate="never") as batch_op:
        batch_op.drop_column("reason_code")
        batch_op.drop_column("planned_at")
    op.create_index("ix_schedules_enabled_next_at", "schedules", ["enabled", "next_at"], unique=False)
    op.drop_index("ix_schedules_next_at", "schedules")
    with op.batch_alter_table("schedules", recreate="never") as batch_op:
        for column in reversed(_columns_of_schedules()):
            batch_op.drop_column(column.name)
    op.drop_table("schedule_calendars")
    op.drop_table("calendars")
    op.drop_table("schedule_pauses")
    # Only crontab lines can be told in the older shape; and what is off must not be planned there.
    op.execute("DELETE FROM occurrences WHERE schedule_id IN (SELECT id FROM schedules WHERE cron = '')")
    op.execute("DELETE FROM schedules WHERE cron = ''")
    op.execute(
        "DELETE FROM occurrences WHERE outcome = 'planned' AND schedule_id IN (SELECT id FROM schedules WHERE NOT enabled)"
    )
    op.execute("UPDATE schedules SET next_at = NULL WHERE NOT enabled")
    op.execute("DELETE FROM job_locks WHERE name = 'restriction'")


def _new_tables() -> None:
    op.create_table(
        "schedule_pauses",
        sa.Column("id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=True),
        sa.Column("since", UTC, nullable=False),
        sa.Column("until", UTC, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("paused_by_id", ID, nullable=True),
        sa.Column("resumed_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_schedule_pauses_schedule_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["paused_by_id"], ["users.id"], name=op.f("fk_schedule_pauses_paused_by_id")),
        sa.ForeignKeyConstraint(["resumed_by_id"], ["users.id"], name=op.f("fk_schedule_pauses_resumed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_pauses")),
        sa.Index("ix_schedule_pauses_schedule_id_until", "schedule_id", "until"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "calendars",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=100), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("periods", sa.JSON(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("name_key", name=op.f("uq_calendars_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "schedule_calendars",
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("calendar_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_schedule_calendars_schedule_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], name=op.f("fk_schedule_calendars_calendar_id")),
        sa.PrimaryKeyConstraint("schedule_id", "calendar_id", name=op.f("pk_schedule_calendars")),
        sa.Index("ix_schedule_calendars_calendar_id", "calendar_id"),
    )


def _columns_of_schedules() -> list[sa.Column[object]]:
    return [
        sa.Column("name", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="cron"),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("epoch", UTC, nullable=True),
        sa.Column("at", UTC, nullable=True),
        sa.Column("starts_at", UTC, nullable=True),
        sa.Column("ends_at", UTC, nullable=True),
        sa.Column("environment", sa.JSON(), nullable=False, server_default=_json("{}")),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("overlap", sa.String(length=10), nullable=False, server_default="skip"),
        sa.Column("overlap_limit", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("catch_up", sa.String(length=10), nullable=False, server_default="latest"),
        sa.Column("catch_up_window_s", sa.Integer(), nullable=False, server_default="86400"),
        sa.Column("catch_up_cap", sa.Integer(), nullable=False, server_default="10"),
        sa.Column("grace_s", sa.Integer(), nullable=False, server_default="60"),
        sa.Column("jitter_s", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("blackouts", sa.JSON(), nullable=False, server_default=_json("[]")),
    ]


def _change_rows() -> None:
    """After the last change of shape: these are committed with the number of the migration, or not at all."""
    parameters = {"now": clock.now().replace(tzinfo=None)}
    for statement in AS_BEFORE:
        words = sa.text(statement)
        op.get_bind().execute(words, parameters if ":now" in statement else {})
    op.execute("INSERT INTO job_locks (name) VALUES ('restriction')")


def _json(text: str) -> sa.TextClause:
    # MySQL takes a default for JSON only as an expression; SQLite adds no column whose default is one.
    return sa.text(f"'{text}'" if op.get_bind().dialect.name == "sqlite" else f"('{text}')")
