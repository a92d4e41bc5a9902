"""Somebody who uses a running Scripter by its API, logged in with a token; what the stacks under test are driven by."""

from __future__ import annotations

import time
from typing import Any

import requests

NAME = "anna"
PASSWORD = "correct horse battery staple"
# The least that an image takes.
BARE = "FROM python:3.11-slim\n"
BUILT = {"succeeded", "failed", "cancelled"}


class Person:
    """A client of the Scripter at `url`, who has no account before `set_up`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        # Certificates are those that `verify` says, and the machine's own proxy is not asked for a way to itself.
        self.http.trust_env = False
        self.token = ""

    def answers(self) -> bool:
        """Whether the pages and the database answer."""
        try:
            return self.http.get(f"{self.url}/api/health", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def make_first_user(self, code: str) -> None:
        """Make the first user by the code of the setup link, and log `http` in with an API token."""
        self._enter("setup", {"code": code, "name": NAME, "password": PASSWORD})

    def log_in(self) -> None:
        """As the first user, with an API token of its own."""
        self._enter("session", {"name": NAME, "password": PASSWORD})

    def _enter(self, door: str, body: dict[str, str]) -> None:
        with requests.Session() as browser:
            browser.trust_env, browser.verify = False, self.http.verify
            entered = browser.post(f"{self.url}/api/{door}", json=body, timeout=10)
            entered.raise_for_status()
            token = browser.post(
                f"{self.url}/api/tokens",
                json={"name": "end to end", "expires_in_days": None},
                headers={"X-CSRF-Token": entered.json()["csrf"]},
                timeout=10,
            )
            token.raise_for_status()
        self.become(token.json()["token"])

    def become(self, token: str) -> None:
        """Whoever the token belongs to."""
        self.token = token
        self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """The JSON that the API answers; an error answer is an exception with its words."""
        answer = self.http.request(method, f"{self.url}/api{path}", json=body, timeout=30, **more)
        if answer.status_code >= 400:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def make_image(self, name: str, dockerfile: str = BARE, requirements: str = "") -> Any:
        """An image of that name, which is built; an error with all that is known of the build if it fails."""
        files = [{"path": "Dockerfile", "content": dockerfile}, {"path": "requirements.txt", "content": requirements}]
        image = self.call("POST", "/images", {"name": name, "files": files})
        self.build(image["id"])
        return image

    def build(self, image_id: int) -> Any:
        """The facts of a new build of the image, which has succeeded; an error with them if it has not."""
        begun = self.call("POST", f"/images/{image_id}/builds")
        built = self.wait_for(f"/builds/{begun['id']}", BUILT, 300, every_s=0.2)
        if built["status"] != "succeeded":
            raise AssertionError(f"The image could not be built: {built}")
        return built

    def make_script(self, image: Any, name: str, text: str, **more: Any) -> Any:
        """A script of one file on the image, with `more` of what a script has."""
        files = [{"path": "main.py", "content": text}]
        return self.call("POST", "/scripts", {"name": name, "image_id": image["id"], "files": files, **more})

    def wait_for(self, path: str, done: set[str], timeout_s: float = 120, *, every_s: float = 0.05) -> Any:
        """Until the build or job at `path` has one of the states `done`, which is asked for every `every_s`."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.call("GET", path)
            if found["status"] in done:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} is still {found['status']} after {timeout_s} s: {found}")
            time.sleep(every_s)
