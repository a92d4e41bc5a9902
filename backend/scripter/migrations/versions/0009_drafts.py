"""Versions that were only tried, and never the one that jobs run unless told otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
# By going back.
LOST = "which versions of scripts were only tried"


def upgrade() -> None:
    # Added in place. Rebuilding the table in SQLite would forget which ids were given out.
    with op.batch_alter_table("versions", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("draft", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("versions", recreate="never") as batch_op:
        batch_op.drop_column("draft")
