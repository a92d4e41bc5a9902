"""Versions of images, and what lies in the images that were built of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import scripter.lib.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
# By going back.
LOST = "earlier versions of images, and the lists of what lies in built images"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = scripter.lib.db.UtcDateTime()

# What an image is now is the first version that is known of it; its builds of the same files were made of that one.
AS_FOUND = (
    "INSERT INTO image_versions (image_id, number, digest, manifest, message, created_at)"
    " SELECT id, 1, digest, manifest, '', updated_at FROM images",
    "UPDATE builds SET version = 1 WHERE digest = (SELECT digest FROM images WHERE images.id = builds.image_id)",
)


def upgrade() -> None:
    op.create_table(
        "image_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("image_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_image_versions_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_image_versions_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_versions")),
        sa.UniqueConstraint("image_id", "number", name=op.f("uq_image_versions_image_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "build_contents",
        sa.Column("build_id", ID, autoincrement=False, nullable=False),
        sa.Column("packages", sa.JSON(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.Column("base", sa.String(length=255), nullable=True),
        sa.Column("base_digest", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["build_id"], ["builds.id"], name=op.f("fk_build_contents_build_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("build_id", name=op.f("pk_build_contents")),
    )
    # Added in place. Rebuilding the table in SQLite would forget which ids were given out.
    with op.batch_alter_table("builds", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=True))
    for statement in AS_FOUND:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("builds", recreate="never") as batch_op:
        batch_op.drop_column("version")
    op.drop_table("build_contents")
    op.drop_table("image_versions")
