"""The tree of errors that people get to read; HTTP turns them into problem JSON, the command line into exit codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of an input; nested names are joined by dots: `files.0.path`."""

    field: str
    message: str


class ScripterError(Exception):
    """Something went wrong inside Scripter."""

    status = 500
    code = "internal"
    title = "Internal error"
    exit_code = 1

    def __init__(
        self, message: str = "", *, fields: Iterable[FieldError] = (), retry_after_s: int | None = None
    ) -> None:
        super().__init__(message or type(self).__doc__ or "")
        self.fields = tuple(fields)
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        return str(self.args[0])


class BadInput(ScripterError):
    """Some of the input cannot be accepted."""

    status, code, title, exit_code = 422, "bad_input", "Bad input", 2

    @classmethod
    def at(cls, field: str, message: str) -> BadInput:
        """One wrong field; `message` says what is allowed."""
        return cls(message, fields=[FieldError(field, message)])


class Malformed(ScripterError):
    """The request cannot be read."""

    status, code, title, exit_code = 400, "malformed", "Request cannot be read", 2


class Unauthenticated(ScripterError):
    """Please log in first."""

    status, code, title, exit_code = 401, "unauthenticated", "Not logged in", 77


class Forbidden(ScripterError):
    """You may not do this."""

    status, code, title, exit_code = 403, "forbidden", "Not allowed", 77


class NotFound(ScripterError):
    """There is no such thing."""

    status, code, title, exit_code = 404, "not_found", "Not found", 4


class Conflict(ScripterError):
    """This cannot be done in the present state."""

    status, code, title, exit_code = 409, "conflict", "Conflict", 5


class TooLarge(ScripterError):
    """The input is too large."""

    status, code, title, exit_code = 413, "too_large", "Too large", 2


class UnsupportedType(ScripterError):
    """This kind of content is not accepted here."""

    status, code, title, exit_code = 415, "unsupported_type", "Unsupported content type", 2


class TooMany(ScripterError):
    """Too many requests. Try again later."""

    status, code, title, exit_code = 429, "too_many", "Too many requests", 75


class DiskFull(ScripterError):
    """The disk of the data directory is full."""

    status, code, title, exit_code = 507, "disk_full", "Disk full", 75


class Unavailable(ScripterError):
    """A service that is needed does not answer. Try again shortly."""

    status, code, title, exit_code = 503, "unavailable", "Service unavailable", 75
