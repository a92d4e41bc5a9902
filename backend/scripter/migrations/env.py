"""Called by Alembic: migrations run on the connection that `scripter.migrations.upgrade` holds the lock with."""

from __future__ import annotations

from alembic import context

from scripter.access import models as access
from scripter.images import models as images
from scripter.jobs import models as jobs
from scripter.lib.db import Base
from scripter.schedules import models as schedules
from scripter.scripts import models as scripts
from scripter.upkeep import models as upkeep

# Imported for their tables, which autogenerate compares with the database.
ROOMS = (access, images, scripts, jobs, schedules, upkeep)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    # MySQL commits at each DDL statement; one migration that fails half way must not undo the record of those before.
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
