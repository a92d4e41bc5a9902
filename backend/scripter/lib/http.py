"""The border of the HTTP API: what bodies, queries, paths and answers are made of. Used by every room's `api`.

Errors are turned into answers in `lib.problems`, live streams are in `lib.sse`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, NoReturn, TypeVar
from urllib.parse import quote

import flask
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from werkzeug.routing import IntegerConverter

from scripter.lib import jsonbody
from scripter.lib.errors import BadInput, FieldError, NotFound, UnsupportedType
from scripter.lib.sse import Event, sse

__all__ = [
    "Answer", "Body", "Event", "Items", "Moment", "Page", "Path", "Problem", "Query", "RowId", "View",
    "attachment", "no_content", "show", "sse",
]  # fmt: skip

Answer = flask.Response

LARGEST_ID = 2**63 - 1
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
# Far from the ends of the calendar, where a zone or a step would lead past them.
Moment = Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC))]

T = TypeVar("T")


class Body(BaseModel):
    """A JSON body: unknown fields are refused, and `"5"` is not 5."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """Query parameters: text, read as what the fields say; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Query):
    """Which part of a long list, newest first: rows with an id below `before`."""

    before: RowId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Path(BaseModel):
    """Parts of the path. One that cannot be is the address of nothing: NotFound, not bad input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="wrap")
    @classmethod
    def _nothing_there(cls, value: Any, handler: ModelWrapValidatorHandler[Path]) -> Path:
        try:
            return handler(value)
        except ValidationError:
            raise NotFound from None


class View(BaseModel):
    """What an answer shows; can be made from a row's attributes. Datetimes become ISO 8601 with `Z`."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Items(View, Generic[T]):
    """A list; `next` is the cursor for `before`, None at the end. Subclass it to give the list a name."""

    items: list[T]
    next: int | None = None


class ProblemField(View):
    """One wrong field; nested names are joined by dots."""

    field: str
    message: str


class Problem(View):
    """Every error, as `application/problem+json` (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[ProblemField] = []


def show(view: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """`view` as JSON."""
    return flask.Response(view.model_dump_json(by_alias=True), status, headers, mimetype="application/json")


def no_content() -> Answer:
    """204: done, and there is nothing to show."""
    answer = flask.Response(status=204)
    del answer.headers["Content-Type"]
    return answer


def attachment(filename: str) -> dict[str, str]:
    """The header that makes browsers save the answer under this name, whatever characters it holds (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    encoded = quote(filename.encode(errors="replace"), safe="")
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"}


class Request(flask.Request):
    """A request whose JSON is read our way."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body as JSON text that passed `jsonbody.approved`, for the body's model to read.

        Text and not a dict, because only in its JSON mode does a strict model accept an enum or a time, which JSON
        can only spell as strings. `silent` is ignored: whoever sends rubbish is told what is wrong with it.
        """
        charset = self.mimetype_params.get("charset", "utf-8").lower()
        if self.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
            raise UnsupportedType("Send the body as JSON in UTF-8, with `Content-Type: application/json`.")
        return jsonbody.approved(self.get_data())


class IdConverter(IntegerConverter):
    """`<int:...>` in a route: the ids that a row can have, each in one spelling. 0, 007 and 2**63 lead nowhere.

    All of it is in the pattern: a number that only the conversion refuses would be answered with 405, if the path
    has another method too.
    """

    regex = "[1-9][0-9]{0,17}"


def refuse(error: ValidationError) -> NoReturn:
    """Tell which fields are wrong and what is allowed, never what was sent (it may be a password)."""
    fields = [FieldError(_name(one["loc"]), _in_words(one)) for one in error.errors(include_url=False)]
    raise BadInput("; ".join(f"{one.field}: {one.message}" for one in fields[:3]), fields=fields) from None


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part)[:80] for part in location) or "body"


_WORDS = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field.",
    "string_type": "This must be text.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "list_type": "This must be a list.",
    "tuple_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "string_too_short": "This must have at least {min_length} characters.",
    "string_too_long": "This may have at most {max_length} characters.",
    "too_short": "This needs at least {min_length} entries.",
    "too_long": "This may have at most {max_length} entries.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This may be at most {le}.",
    "greater_than": "This must be more than {gt}.",
    "less_than": "This must be less than {lt}.",
    "literal_error": "This must be one of: {expected}.",
    "enum": "This must be one of: {expected}.",
}


def _in_words(error: Any) -> str:
    words = _WORDS.get(error["type"])
    return words.format(**error.get("ctx", {})) if words else f"{error['msg']}."
