"""Called by Alembic: migrations run on the connection that `scripter.migrations` opened, under its lock."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.script import Script

from scripter.access import models as access
from scripter.images import models as images
from scripter.jobs import models as jobs
from scripter.lib import crash
from scripter.lib.db import Base
from scripter.migrations import resuming
from scripter.schedules import models as schedules
from scripter.scripts import models as scripts
from scripter.upkeep import models as upkeep

# Imported for their tables, which autogenerate compares with the database; and for how Alembic goes on.
ROOMS = (access, images, scripts, jobs, schedules, upkeep, resuming)

attributes = context.config.attributes
connection = attributes["connection"]


def _tell(*, step: Any, **_: Any) -> None:
    crash.at(f"migrated-{step.up_revision_id}")
    script: Script = step.up_revision
    if (tell := attributes.get("tell")) is not None:
        tell(f"{script.revision} {'done' if step.is_upgrade else 'undone'}: {script.doc}")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    # MySQL commits at each DDL statement; one migration that fails half way must not undo the record of those before.
    transaction_per_migration=True,
    # SQLite takes a migration back as a whole, which Alembic does not ask of it by itself.
    transactional_ddl=connection.dialect.name == "sqlite",
    on_version_apply=_tell,  # type: ignore[arg-type]  # Alembic gives everything by name, and more than it promises
    resuming=attributes.get("resuming", False),
)
with context.begin_transaction():
    context.run_migrations()
