"""How a change of the database goes on after it was interrupted. Imported by env, for Alembic to find.

MariaDB and MySQL commit at each DDL statement, so that a killed process leaves a migration half done. Each statement
by itself is done or not. When one is gone on with, what is found done is passed over. For that to be right, a migration
changes rows only after its last DDL statement: those changes are then committed with its number, or not at all. SQLite
takes a whole migration back, and needs none of this."""

from __future__ import annotations

from typing import Any

import structlog
from alembic.ddl.mysql import MariaDBImpl, MySQLImpl
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger(__name__)

# Table exists, unknown table, column exists, index exists, no such column or index to drop.
_DONE = {1050, 1051, 1060, 1061, 1091}


class _Resuming:
    context_opts: dict[str, Any]

    def _exec(self, construct: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return super()._exec(construct, *arguments, **options)  # type: ignore[misc]
        except DBAPIError as error:
            number = next(iter(getattr(error.orig, "args", ())), None)
            if not self.context_opts.get("resuming") or number not in _DONE:
                raise
            log.info("database.done_before", found=str(error.orig))
            return None


class _MySQL(_Resuming, MySQLImpl):
    __dialect__ = "mysql"


class _MariaDB(_Resuming, MariaDBImpl):
    __dialect__ = "mariadb"
