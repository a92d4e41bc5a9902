"""The permissions and the roles made of them, and the deeds that stand in the audit trail. Used by every room."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Scope(StrEnum):
    """One permission, `thing:verb`."""

    IMAGE_READ = "image:read"
    IMAGE_WRITE = "image:write"
    IMAGE_BUILD = "image:build"
    SCRIPT_READ = "script:read"
    SCRIPT_WRITE = "script:write"
    JOB_READ = "job:read"
    JOB_START = "job:start"
    JOB_CANCEL = "job:cancel"
    SCHEDULE_READ = "schedule:read"
    SCHEDULE_WRITE = "schedule:write"
    TOKEN_READ = "token:read"  # noqa: S105
    TOKEN_WRITE = "token:write"  # noqa: S105
    SYSTEM_READ = "system:read"


class Role(StrEnum):
    """What a user is; decides the scopes."""

    ADMINISTRATOR = "administrator"


SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    Role.ADMINISTRATOR: frozenset(Scope),
}


class Tag(StrEnum):
    """One kind of deed in the audit trail, `thing:verb`."""

    USER_CREATE = "user:create"
    USER_PASSWORD = "user:password"  # noqa: S105
    LOGIN_OPEN = "login:open"
    LOGIN_FAIL = "login:fail"
    LOGIN_CLOSE = "login:close"
    TOKEN_CREATE = "token:create"  # noqa: S105
    TOKEN_REVOKE = "token:revoke"  # noqa: S105
    IMAGE_CREATE = "image:create"
    IMAGE_CHANGE = "image:change"
    IMAGE_SAVE = "image:save"
    IMAGE_BUILD = "image:build"
    IMAGE_BUILD_CANCEL = "image:build_cancel"
    IMAGE_DESTROY = "image:destroy"
    IMAGE_DELETE = "image:delete"
    SCRIPT_CREATE = "script:create"
    SCRIPT_CHANGE = "script:change"
    SCRIPT_SAVE = "script:save"
    SCRIPT_DELETE = "script:delete"
    JOB_START = "job:start"
    JOB_CANCEL = "job:cancel"
    SCHEDULE_CREATE = "schedule:create"
    SCHEDULE_CHANGE = "schedule:change"
    SCHEDULE_DELETE = "schedule:delete"
    SCHEDULE_PAUSE_ALL = "schedule:pause_all"
    SCHEDULE_RESUME_ALL = "schedule:resume_all"
    SCHEDULE_BACKFILL = "schedule:backfill"
    CALENDAR_CREATE = "calendar:create"
    CALENDAR_CHANGE = "calendar:change"
    CALENDAR_DELETE = "calendar:delete"
    SYSTEM_BACKUP = "system:backup"
    SYSTEM_RESTORE = "system:restore"
