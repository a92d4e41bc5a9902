"""Turns every error into problem JSON: the one place where an exception becomes an HTTP answer.

Installed by the web application; what is unexpected is logged with its traceback and shown as a number only."""

from __future__ import annotations

import secrets

import flask
import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from scripter.lib import disk, errors
from scripter.lib.errors import ScripterError
from scripter.lib.http import Problem, ProblemField

log = structlog.get_logger(__name__)

_RETRY_AFTER_S = 2


class MethodNotAllowed(ScripterError):
    """This address does not understand the method. The Allow header names those that it does."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"


_BY_STATUS = {
    one.status: one
    for one in (
        errors.Malformed,
        errors.Unauthenticated,
        errors.Forbidden,
        errors.NotFound,
        MethodNotAllowed,
        errors.Conflict,
        errors.TooLarge,
        errors.UnsupportedType,
        errors.BadInput,
        errors.TooMany,
        errors.Unavailable,
    )
}


def install(app: flask.Flask) -> None:
    """Answer every error of `app` with problem JSON."""
    app.register_error_handler(ScripterError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InterfaceError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(Exception, _unexpected)


def request_id() -> str:
    """The number of the present request, by which its log lines are found."""
    if "request_id" not in flask.g:
        flask.g.request_id = secrets.token_hex(8)
    return str(flask.g.request_id)


def answer(error: ScripterError) -> flask.Response:
    """`error` as an HTTP answer."""
    problem = Problem(
        title=error.title,
        status=error.status,
        detail=error.message,
        code=error.code,
        request_id=request_id(),
        errors=[ProblemField(field=one.field, message=one.message) for one in error.fields],
    )
    response = flask.Response(problem.model_dump_json(), error.status, mimetype="application/problem+json")
    retry_after = error.retry_after_s or (_RETRY_AFTER_S if error.status in (429, 503) else None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _known(error: ScripterError) -> flask.Response:
    if error.status >= 500 and error.status != 503:
        log.error("request.failed", request_id=request_id(), exc_info=error)
    return answer(error)


def _http(error: HTTPException) -> flask.Response:
    """Errors of the framework: no such address, wrong method, too large, a form that cannot be read."""
    status = error.code or 500
    if status < 400 and error.response is None:
        return flask.Response(status=status)
    kind = _BY_STATUS.get(status, errors.Malformed if status < 500 else ScripterError)
    response = answer(kind())
    # Keeps what the status demands (Allow with 405); the framework's own body and its type are replaced.
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers["Allow"] = value
    return response


def _database_away(error: DBAPIError | PoolTimeout) -> flask.Response:
    log.error("database.unavailable", request_id=request_id(), error=str(getattr(error, "orig", error)))
    if words := disk.full(error):
        return answer(_no_room(words))
    return answer(errors.Unavailable("The database does not answer. Try again shortly."))


def _overtaken(error: IntegrityError) -> flask.Response:
    # Services check first; this is the loser of a race between two requests that both passed the check.
    log.warning("request.overtaken", request_id=request_id(), error=str(error.orig))
    return answer(errors.Conflict("Somebody else changed this at the same moment. Reload and try again."))


def _system(error: OSError) -> flask.Response:
    words = disk.full(error)
    if words is None:
        return _unexpected(error)
    log.error("disk.full", request_id=request_id(), error=str(error))
    return answer(_no_room(words))


def _no_room(words: str) -> errors.DiskFull:
    return errors.DiskFull(f"Nothing was saved: {words}. Free some room and try again.")


def _unexpected(error: Exception) -> flask.Response:
    log.error("request.crashed", request_id=request_id(), exc_info=error)
    return answer(ScripterError(f"Something went wrong inside Scripter. The log has more under {request_id()}."))
