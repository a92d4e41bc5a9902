"""Web processes that are killed while people start jobs, and people who ask for one thing many times."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from fault_rig import Rig

POSTS, CLIENTS, KILLS = 120, 8, 3


def test_posts_with_a_key_make_one_job_each_though_the_web_process_is_killed_among_them(rig: Rig) -> None:
    """Fault 5."""
    stack = rig.stack
    stack.stop("worker")
    before = newest(rig)
    done = threading.Event()
    killer = threading.Thread(target=kill_now_and_then, args=(rig, done))
    killer.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            answered = list(clients.map(lambda number: post(rig, f"key {number}"), range(POSTS)))
    finally:
        done.set()
        killer.join()
    # Each once more, as a client does that heard nothing.
    with ThreadPoolExecutor(CLIENTS) as clients:
        assert list(clients.map(lambda number: post(rig, f"key {number}"), range(POSTS))) == answered
    made = ids_after(rig, before)
    assert sorted(made) == sorted(answered)
    assert len(made) == POSTS
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda one: rig.stack.call("POST", f"/jobs/{one}/cancel"), made))


def kill_now_and_then(rig: Rig, done: threading.Event) -> None:
    for _ in range(KILLS):
        if done.wait(random.uniform(0.2, 0.8)):
            return
        rig.stack.kill("web")
        rig.stack.start("web")
        rig.stack.wait_until_it_answers("web")


def post(rig: Rig, key: str) -> int:
    """Try until there is an answer; gives the job's id."""
    address = f"{rig.stack.url}/api/scripts/{rig.counter['id']}/jobs"
    headers = {"Authorization": f"Bearer {rig.stack.token}", "Idempotency-Key": key}
    while True:
        try:
            answer = requests.post(address, json={"arguments": ["1", "0"]}, headers=headers, timeout=30)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            time.sleep(0.1)
            continue
        assert answer.status_code == 202, answer.text
        return int(answer.json()["id"])


def newest(rig: Rig) -> int:
    items = rig.stack.call("GET", "/jobs?limit=1")["items"]
    return int(items[0]["id"]) if items else 0


def ids_after(rig: Rig, first: int) -> list[int]:
    found: list[int] = []
    page: dict[str, Any] = {"next": None}
    while True:
        before = f"&before={page['next']}" if page["next"] else ""
        page = rig.stack.call("GET", f"/jobs?limit=200{before}")
        found += [one["id"] for one in page["items"] if one["id"] > first]
        if page["next"] is None or page["items"][-1]["id"] <= first:
            return found


def test_twenty_builds_asked_for_at_once_are_one_build(rig: Rig) -> None:
    """Fault 42."""
    image = rig.stack.call("POST", "/images", {"name": "Asked for twenty times"})
    headers = {"Authorization": f"Bearer {rig.stack.token}"}

    def build(_: int) -> int:
        address = f"{rig.stack.url}/api/images/{image['id']}/builds"
        return requests.post(address, headers=headers, timeout=30).status_code

    rig.stack.stop("worker")  # so that it is still the same build when the last one asks
    with ThreadPoolExecutor(20) as many:
        answers = list(many.map(build, range(20)))
    assert sorted(answers) == [202, *[409] * 19]
    [only] = rig.stack.call("GET", f"/images/{image['id']}/builds")["items"]
    rig.stack.call("POST", f"/builds/{only['id']}/cancel")
