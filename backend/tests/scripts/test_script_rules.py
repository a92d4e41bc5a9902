"""What a script's jobs may do, through the HTTP client: network, share, retries, deadline, and their bounds."""

from __future__ import annotations

from typing import Any

import pytest
from people import Browser
from scripts_rig import fields, make


@pytest.mark.parametrize("network", ["none", "bridge", "egress"])
def test_every_network_mode_can_be_asked_for(client: Browser, image: dict[str, Any], network: str) -> None:
    script = make(client, image)
    assert client.patch(f"/api/scripts/{script['id']}", json={"network": network}).json["network"] == network


def test_a_script_has_a_share_that_can_be_set_and_taken_back(client: Browser, image: dict[str, Any]) -> None:
    def share(script: dict[str, Any]) -> tuple[Any, ...]:
        return script["priority"], script["max_running"], script["max_queued"]

    assert share(make(client, image)) == (0, None, None)
    script = make(client, image, name="Modest", priority=-10, max_running=1, max_queued=100_000)
    assert share(script) == (-10, 1, 100_000)
    path = f"/api/scripts/{script['id']}"
    assert share(client.patch(path, json={"priority": 10, "max_running": None}).json) == (10, None, 100_000)
    assert share(client.patch(path, json={"max_queued": None}).json) == (10, None, None)
    assert share(client.get(path).json) == (10, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("priority", 11), ("priority", -11), ("max_running", 0), ("max_running", 1_001), ("max_queued", 100_001)],
)
def test_a_share_outside_of_its_bounds_is_refused(
    client: Browser, image: dict[str, Any], field: str, value: int
) -> None:
    assert fields(client.post("/api/scripts", json={"name": "x", "image_id": image["id"], field: value})) == [field]
    assert fields(client.patch(f"/api/scripts/{make(client, image)['id']}", json={field: value})) == [field]


def test_a_script_runs_at_most_once_and_without_a_deadline_unless_told_otherwise(
    client: Browser, image: dict[str, Any]
) -> None:
    script = make(client, image)
    reasons = ["exit", "timeout", "out_of_memory", "signal", "could_not_start"]
    assert script["retries"] == {"count": 0, "delay_s": 10, "factor": 2, "reasons": reasons}
    assert script["deadline_s"] is None


def test_a_scripts_retries_are_set_one_by_one_and_its_deadline_is_taken_back(
    client: Browser, image: dict[str, Any]
) -> None:
    wished = {"count": 3, "reasons": ["lost", "exit", "lost"]}
    script = make(client, image, retries=wished, deadline_s=600)
    assert script["retries"] == {"count": 3, "delay_s": 10, "factor": 2, "reasons": ["exit", "lost"]}
    path = f"/api/scripts/{script['id']}"
    changed = client.patch(path, json={"retries": {"delay_s": 0, "factor": 1.5}}).json
    assert changed["retries"] == {"count": 3, "delay_s": 0, "factor": 1.5, "reasons": ["exit", "lost"]}
    assert changed["deadline_s"] == 600
    assert client.patch(path, json={"deadline_s": None}).json["deadline_s"] is None
    assert client.patch(path, json={"retries": {"count": 0}}).json["retries"]["count"] == 0
    assert client.get(path).json["retries"] == {"count": 0, "delay_s": 0, "factor": 1.5, "reasons": ["exit", "lost"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"retries": {"count": -1}}, "retries.count"),
        ({"retries": {"count": 11}}, "retries.count"),
        ({"retries": {"count": 1.5}}, "retries.count"),
        ({"retries": {"count": "many"}}, "retries.count"),
        ({"retries": {"delay_s": 3_601}}, "retries.delay_s"),
        ({"retries": {"factor": 0.5}}, "retries.factor"),
        ({"retries": {"factor": 10.5}}, "retries.factor"),
        ({"retries": {"reasons": ["exit", "boredom"]}}, "retries.reasons.1"),
        ({"retries": {"reasons": ["cancelled"]}}, "retries.reasons.0"),
        ({"retries": {"reasons": "exit"}}, "retries.reasons"),
        ({"retries": {"times": 3}}, "retries.times"),
        ({"retries": 3}, "retries"),
        ({"deadline_s": 0}, "deadline_s"),
        ({"deadline_s": 2_592_001}, "deadline_s"),
        ({"deadline_s": "soon"}, "deadline_s"),
    ],
)
def test_retries_and_deadlines_that_cannot_be_kept_are_refused_and_change_nothing(
    client: Browser, image: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    assert fields(client.post("/api/scripts", json={"name": "x", "image_id": image["id"], **body})) == [field]
    script = make(client, image)
    path = f"/api/scripts/{script['id']}"
    assert fields(client.patch(path, json={"name": "New", **body})) == [field]
    assert client.get(path).json == script
