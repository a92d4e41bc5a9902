"""The client of the HTTP API, for the command line. Turns problem JSON back into the errors of `lib.errors`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import requests
from requests.auth import AuthBase

from scripter import __version__
from scripter.lib import errors
from scripter.lib.errors import FieldError, ScripterError, Unavailable

_CONNECT_S = 5.0
_ANSWER_S = 60.0
# The server pings an idle stream every 15 seconds: one that is silent for this long is dead.
_SILENCE_S = 40.0
_TRIES = 60
_LONGEST_PAUSE_S = 5.0

_ERRORS = {
    one.code: one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, ScripterError) and one is not ScripterError
}
# For the codes that only some room of the server knows: they are refusals of a kind that is known here.
_BY_STATUS = {one.status: one for one in _ERRORS.values()}


class ServerEvent(NamedTuple):
    """One server-sent event; `data` is its JSON."""

    name: str
    data: dict[str, Any]


class _Bearer(AuthBase):
    """The token in its header. As a bare header, requests would replace it by what a ~/.netrc says."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Client:
    """Speaks with one Scripter as one user."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"scripter/{__version__}"
        self._session.auth = _Bearer(token)

    def get(self, path: str, **query: object) -> Any:
        return self._call("GET", path, query=query)

    def post(
        self, path: str, body: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        return self._call("POST", path, body=body, headers=headers)

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        return self._call("PATCH", path, body=body)

    def delete(self, path: str, headers: Mapping[str, str] | None = None) -> None:
        self._call("DELETE", path, headers=headers)

    def health(self) -> Any:
        """The health report, which also a server that is not well gives."""
        return self._json(self._send("GET", "/api/health"), refuse=False)

    def lines(self, path: str, **query: object) -> Iterator[bytes]:
        """A text answer line by line, without line ends, as it arrives."""
        with self._send("GET", path, query=query, stream=True) as answer:
            if not answer.ok:
                raise _problem(answer)
            yield from answer.iter_lines(chunk_size=64 * 1024)

    def follow(self, path: str, *, on_break: Callable[[], None] = lambda: None) -> Iterator[ServerEvent]:
        """The events of a stream until its `end` event (included), through broken connections.

        Each new connection begins after the last event that came whole, so nothing is missed and nothing repeated.
        `on_break` is called whenever the connection is lost.

        Raises:
            Unavailable: the server stays away.
        """
        last_id, failures = "", 0
        while failures < _TRIES:
            try:
                for event_id, event in self._events(path, last_id):
                    failures, last_id = 0, event_id or last_id
                    yield event
                    if event.name == "end":
                        return
            except (requests.RequestException, Unavailable, errors.TooMany):
                on_break()
            failures += 1
            time.sleep(min(0.25 * failures, _LONGEST_PAUSE_S))
        raise Unavailable(f"The connection to {self.url} broke, and could not be made again.")

    def _events(self, path: str, last_id: str) -> Iterator[tuple[str, ServerEvent]]:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})}
        with self._send("GET", path, headers=headers, stream=True, silence_s=_SILENCE_S) as answer:
            if not answer.ok:
                raise _problem(answer)
            yield from _parsed(answer.iter_lines(chunk_size=None))

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return self._json(self._send(method, path, query=query, body=body, headers=headers))

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        silence_s: float = _ANSWER_S,
    ) -> requests.Response:
        try:
            answer = self._session.request(
                method,
                self.url + path,
                params={key: str(value) for key, value in (query or {}).items() if value is not None},
                json=body,
                headers=dict(headers or {}),
                stream=stream,
                timeout=(_CONNECT_S, silence_s),
                allow_redirects=False,
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            raise errors.BadInput(f"{self.url} is not an address; it must look like http://127.0.0.1:8200.") from None
        except requests.RequestException as error:
            raise Unavailable(f"No Scripter answers at {self.url} ({_why(error)}).") from error
        if answer.is_redirect:
            raise errors.BadInput(f"{self.url} sends on to {answer.headers['Location']}; use that address instead.")
        return answer

    def _json(self, answer: requests.Response, *, refuse: bool = True) -> Any:
        if refuse and not answer.ok:
            raise _problem(answer)
        if answer.status_code == 204:
            return None
        try:
            return answer.json()
        except requests.JSONDecodeError:
            raise Unavailable(f"What answers at {self.url} is not Scripter.") from None


def _parsed(lines: Iterator[bytes]) -> Iterator[tuple[str, ServerEvent]]:
    """The events in a stream of lines, each with its id; an event that is cut off is left out."""
    event_id, name, data = "", "message", list[str]()
    for line in lines:
        field, _, value = line.decode(errors="replace").partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield event_id, ServerEvent(name, cast("dict[str, Any]", json.loads("\n".join(data))))
            event_id, name, data = "", "message", list[str]()
        elif field == "id":
            event_id = value
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)


def _problem(answer: requests.Response) -> ScripterError:
    try:
        said = answer.json()
        kind = _ERRORS.get(said["code"]) or _BY_STATUS.get(answer.status_code, ScripterError)
        fields = [FieldError(str(one["field"]), str(one["message"])) for one in said.get("errors", [])]
        error = kind(str(said["detail"]), fields=fields, retry_after_s=_retry_after_s(answer))
        error.code = str(said["code"])
        return error
    except (requests.JSONDecodeError, KeyError, TypeError):
        kind = Unavailable if answer.status_code >= 500 else ScripterError
        return kind(f"The server answered with status {answer.status_code} and nothing that Scripter says.")


def _retry_after_s(answer: requests.Response) -> int | None:
    given = answer.headers.get("Retry-After", "")
    return int(given) if given.isdecimal() else None


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    text = str(error)
    for sign, words in (
        ("refused", "connection refused"),
        ("resolve", "unknown host"),
        ("CERTIFICATE", "bad certificate"),
    ):
        if sign in text:
            return words
    return type(error).__name__
