"""Log files over HTTP: download by byte range, windows, search, and the live stream. Used by jobs and builds.

Works on paths alone; whose log it is, and whether it has ended, is told by the room that asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import flask
from pydantic import Field, model_validator

from scripter import logstore
from scripter.lib import http, problems
from scripter.lib.errors import BadInput, ScripterError
from scripter.lib.http import LARGEST_ID, Answer, Problem, Query, View
from scripter.logfeed import End, Feed

MAX_WINDOW_BYTES = 1024 * 1024
MAX_TAIL_LINES = 10_000
MAX_QUERY = 200
MAX_HITS = 200
MAX_CONTEXT = 10
_CHUNK_BYTES = 256 * 1024

Offset = Annotated[int, Field(ge=0, le=LARGEST_ID)]

# What the handlers declare as their answers, besides 401 and 404.
LOG_RESPONSES: Final[dict[int | str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string", "format": "binary"}}}},
    206: {"content": {"text/plain": {"schema": {"type": "string", "format": "binary"}}}},
    416: Problem,
}
STREAM_RESPONSES: Final[dict[int | str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
    503: Problem,
}


class RangeNotSatisfiable(ScripterError):
    """The log has no such bytes. The Content-Range header says how many there are."""

    status, code, title, exit_code = 416, "range_not_satisfiable", "No such range", 2


class LogQuery(Query):
    """`plain` leaves out the time in front of each line, `download` makes browsers save a file."""

    plain: bool = False
    download: bool = False


class WindowQuery(Query):
    """Either a place in the file, or its last lines."""

    offset: Offset = 0
    limit: Annotated[int, Field(ge=1, le=MAX_WINDOW_BYTES)] = 64 * 1024
    tail: Annotated[int, Field(ge=1, le=MAX_TAIL_LINES)] | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> WindowQuery:
        if self.tail is not None and "offset" in self.model_fields_set:
            raise BadInput.at("tail", "Give either offset or tail.")
        return self


class StreamQuery(Query):
    """Where to begin, unless the header Last-Event-ID says it."""

    start: Annotated[int, Field(ge=0, le=LARGEST_ID, alias="from")] = 0


class SearchQuery(Query):
    """What to look for, and how: upper and lower case are the same unless `case`; `word` is for whole words only.

    There are no regular expressions: some of them take longer than any log is worth.
    """

    q: Annotated[str, Field(min_length=1, max_length=MAX_QUERY, pattern=r"^[^\n]+$")]
    case: bool = False
    word: bool = False
    start: Annotated[int, Field(ge=0, le=LARGEST_ID, alias="from")] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_HITS)] = 50
    context: Annotated[int, Field(ge=0, le=MAX_CONTEXT)] = 0


class FirstErrorQuery(Query):
    """Where to begin: 0, or the `end` of the answer before."""

    start: Annotated[int, Field(ge=0, le=LARGEST_ID, alias="from")] = 0


class HitView(View):
    """A line of the log that begins at byte `offset`, with its neighbours; without time and stream, long ones cut."""

    offset: int
    text: str
    before: list[str]
    after: list[str]


class SearchView(View):
    """Hits in the order of the log. Up to `end` everything was looked at; below `size`, ask again `from` there.

    `finished`: the log will not grow any more.
    """

    hits: list[HitView]
    end: int
    size: int
    finished: bool


class FirstErrorView(View):
    """The first line that tells of an error, if there is one up to `end`. Below `size`, ask again `from` there."""

    offset: int | None
    text: str | None
    end: int
    size: int
    finished: bool


class WindowView(View):
    """Bytes `start` to `end` of a log that has `size` bytes now. `finished`: it will not grow any more.

    In place of each byte that is no UTF-8 there is one U+001A, so `text` is `end - start` bytes long in UTF-8.
    """

    text: str
    start: int
    end: int
    size: int
    finished: bool


def download(path: Path, query: LogQuery, filename: str) -> Answer:
    """The log as a file: all of it or, with a Range header, a part. No file yet is an empty log."""
    size = logstore.read(path, 0, 1).size
    if query.plain:
        # The length is not known before the end, so there are no ranges of it.
        chunks = logstore.plain(_bytes(path, 0, size))
        return flask.Response(chunks, headers={**_headers(query, filename), "Accept-Ranges": "none"})
    try:
        part = byte_range(_range_header(), size)
    except RangeNotSatisfiable as error:
        answer = problems.answer(error)
        answer.headers["Content-Range"] = f"bytes */{size}"
        return answer
    start, end = part or (0, size)
    headers = {**_headers(query, filename), "Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return flask.Response(_bytes(path, start, end), 206 if part else 200, headers)


def window(path: Path, query: WindowQuery, *, finished: bool) -> Answer:
    """A piece of the log as JSON, of whole lines where they fit. Beyond its end there is nothing, and its size."""
    if query.tail is not None:
        chunk = logstore.tail(path, query.tail)
    else:
        chunk = logstore.read(path, query.offset, query.limit, complete=finished)
    text = logstore.as_text(chunk.data)
    return http.show(WindowView(text=text, start=chunk.start, end=chunk.end, size=chunk.size, finished=finished))


def search(path: Path, query: SearchQuery, *, finished: bool) -> Answer:
    """The lines that hold a text, as far as one second leads."""
    wanted = logstore.sought(query.q, case=query.case, word=query.word)
    bounds = logstore.Bounds(hits=query.limit)
    found = logstore.find(path, wanted, query.start, context=query.context, complete=finished, bounds=bounds)
    hits = [_hit(hit) for hit in found.hits]
    return http.show(SearchView(hits=hits, end=found.end, size=found.size, finished=finished))


def first_error(path: Path, query: FirstErrorQuery, *, finished: bool) -> Answer:
    """The first line with a word like error, exception or traceback, as far as one second leads."""
    bounds = logstore.Bounds(hits=1)
    found = logstore.find(path, logstore.ERRORS, query.start, complete=finished, bounds=bounds)
    hit = _hit(found.hits[0]) if found.hits else None
    offset, text = (hit.offset, hit.text) if hit else (None, None)
    return http.show(FirstErrorView(offset=offset, text=text, end=found.end, size=found.size, finished=finished))


def stream(path: Path, query: StreamQuery, ended: Callable[[], End | None]) -> Answer:
    """The log as it grows: events `log` with the byte offset as id, and `end` at last.

    `ended` is asked outside of any request, about once a second for all viewers: None while the log may still grow.
    """
    start = last_event_id()
    return http.sse(Feed.of(path, ended).events(query.start if start is None else start))


def last_event_id() -> int | None:
    """Where a browser wants to go on after its connection broke; None for a new viewer.

    Raises:
        BadInput: at `Last-Event-ID`.
    """
    given = flask.request.headers.get("Last-Event-ID", "")
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", given, re.ASCII):
        raise BadInput.at("Last-Event-ID", "This must be a whole number, as it was received.")
    return int(given)


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The part (from, up to) that a Range header asks for; None where all is to be sent.

    As RFC 9110 wants it, a header that cannot be read counts as none; nor are several parts at once offered.

    Raises:
        RangeNotSatisfiable: nothing of what is asked for is there.
    """
    found = re.fullmatch(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", header or "", re.ASCII)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        start, end = size - length, size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise RangeNotSatisfiable
    return start, end


def _hit(hit: logstore.Hit) -> HitView:
    text, *around = (text.decode("utf-8", "replace") for text in (hit.text, *hit.before, *hit.after))
    return HitView(offset=hit.offset, text=text, before=around[: len(hit.before)], after=around[len(hit.before) :])


def _range_header() -> str | None:
    # With If-Range a part may be sent only if nothing changed, and a log has no tag by which to tell.
    return None if "If-Range" in flask.request.headers else flask.request.headers.get("Range")


def _headers(query: LogQuery, filename: str) -> dict[str, str]:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return {**headers, **http.attachment(filename)} if query.download else headers


def _bytes(path: Path, start: int, end: int) -> Iterator[bytes]:
    """Exactly these bytes, though the file may grow meanwhile."""
    while start < end:
        chunk = logstore.read(path, start, min(end - start, _CHUNK_BYTES), complete=True)
        if not chunk.data:
            return  # deleted meanwhile
        # Reading stops after whole lines where it can; what is promised here is bytes.
        yield chunk.data
        start = chunk.end
