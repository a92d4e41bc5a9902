"""A client of Scripter as its documentation wants it: sends an Idempotency-Key and tries again when nobody answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from chaos.inside.witness import NOTES
from chaos.plan import TIME_LIMIT_S, Wish

_PAUSE_S = 0.3
_PATIENCE_S = 180.0
_BEGUN = {"running", "succeeded", "failed", "cancelled", "lost"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that Scripter has promised to run. `cancelled`: it has also promised to stop it."""

    wish: Wish
    job_id: int
    uuid: str
    cancelled: bool


class Client:
    """Asks for jobs and for their end; keeps what was promised, and every answer that breaks a promise."""

    def __init__(self, url: str, token: str, scripts: Mapping[str, int], ledger_address: str) -> None:
        self.accepted: list[Accepted] = []
        self.complaints: list[str] = []
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._scripts = scripts
        self._ledgers = {"none": NOTES, "bridge": ledger_address, "retried": NOTES}
        self._lock = threading.Lock()

    def run(self, wish: Wish, campaign: str) -> None:
        """Ask for the job of this wish, perhaps twice, and cancel it if that was planned."""
        try:
            job = self._ask(wish, campaign)
            if wish.sent_twice and (again := self._ask(wish, campaign))["id"] != job["id"]:
                self._complain(f"one Idempotency-Key gave the jobs {job['id']} and {again['id']}")
            cancelled = wish.cancel_after_s is not None and self._cancel(wish, job["id"])
        except (AssertionError, requests.RequestException) as error:
            self._complain(f"wish {wish.number} ({wish.kind}): {error}")
            return
        with self._lock:
            self.accepted.append(Accepted(wish, job["id"], job["uuid"], cancelled))

    def get(self, path: str) -> Any:
        """The JSON at this path, however often it has to be asked for."""
        return self._insist("GET", path, {200}).json()

    def _ask(self, wish: Wish, campaign: str) -> Any:
        body: dict[str, object] = {"arguments": [wish.prints, str(wish.seed), self._ledgers[wish.script]]}
        if wish.kind in TIME_LIMIT_S:
            body["time_limit_s"] = TIME_LIMIT_S[wish.kind]
        key = {"Idempotency-Key": f"{campaign}-{wish.number}"}
        return self._insist("POST", f"/scripts/{self._scripts[wish.script]}/jobs", {202}, body, key).json()

    def _cancel(self, wish: Wish, job_id: int) -> bool:
        """True when Scripter said that it will."""
        if wish.kind != "regretted":
            deadline = time.monotonic() + _PATIENCE_S
            while self.get(f"/jobs/{job_id}")["status"] not in _BEGUN and time.monotonic() < deadline:
                time.sleep(_PAUSE_S)
            time.sleep(wish.cancel_after_s or 0)
        # A conflict: an earlier try, whose answer was lost, has ended it; or it has ended by itself.
        return self._insist("POST", f"/jobs/{job_id}/cancel", {202, 409}).status_code == 202

    def _insist(
        self, method: str, path: str, wanted: set[int], body: object = None, more: Mapping[str, str] | None = None
    ) -> requests.Response:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                answer = requests.request(
                    method, f"{self._url}/api{path}", json=body, headers={**self._headers, **(more or {})}, timeout=20
                )
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                answer = None
            if answer is not None and answer.status_code in wanted:
                return answer
            if answer is not None and answer.status_code not in {429, 503}:
                self._complain(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {path} had no good answer in {_PATIENCE_S} s")
            time.sleep(_PAUSE_S)

    def _complain(self, text: str) -> None:
        with self._lock:
            self.complaints.append(text)
