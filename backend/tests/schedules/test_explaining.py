from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from people import Browser


def explained(client: Browser, **body: object) -> dict[str, Any]:
    with time_machine.travel(datetime(2026, 11, 22, 12, 30, tzinfo=UTC), tick=False):
        answer = client.post("/api/schedules/preview", json=body)
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def test_the_next_ten_and_the_last_five_are_told_in_three_zones(client: Browser) -> None:
    told = explained(client, cron="30 2 * * *", zone="Europe/Riga", viewer_zone="America/New_York")
    assert (len(told["next"]), len(told["last"])) == (10, 5)
    assert told["last"][-1]["utc"] == "2026-11-22T00:30:00Z"
    first = told["next"][0]
    assert (first["utc"], first["local"], first["viewer"]) == (
        "2026-11-23T00:30:00Z",
        "2026-11-23T02:30:00+02:00",
        "2026-11-22T19:30:00-05:00",
    )


def test_both_clock_changes_of_the_coming_year_are_told(client: Browser) -> None:
    spring, autumn = explained(client, cron="30 3 * * *", zone="Europe/Riga")["changes"]
    assert spring["utc"] == "2027-03-28T01:00:00Z"
    assert "The run of 03:30 takes place at 04:00" in spring["words"]
    assert "The run of 03:30 takes place only the first time." in autumn["words"]
    assert explained(client, cron="30 3 * * *")["changes"] == []
    ended = explained(client, cron="30 3 * * *", zone="Europe/Riga", ends_at="2027-04-01T00:00:00Z")
    assert len(ended["changes"]) == 1


def test_a_steady_pace_has_a_past_and_no_clock_changes(client: Browser) -> None:
    told = explained(client, kind="every", every_s=90, zone="Europe/Riga")
    assert [one["utc"][11:19] for one in told["last"][-2:]] == ["12:28:30", "12:30:00"]
    assert told["changes"] == []


def test_nothing_lies_before_the_start(client: Browser) -> None:
    told = explained(client, cron="0 * * * *", starts_at="2026-11-22T11:30:00Z")
    assert [one["utc"] for one in told["last"]] == ["2026-11-22T12:00:00Z"]


def test_a_viewers_zone_that_nobody_knows_is_told(client: Browser) -> None:
    answer = client.post("/api/schedules/preview", json={"cron": "0 * * * *", "viewer_zone": "Mars/Base"})
    assert [one["field"] for one in answer.get_json()["errors"]] == ["viewer_zone"]


@pytest.mark.timeout(30)
def test_looking_back_from_long_after_the_end_goes_over_no_time_after_it(client: Browser) -> None:
    told = explained(client, kind="every", every_s=1, ends_at="2020-01-01T00:00:00Z")
    assert [one["utc"] for one in told["last"]] == [f"2019-12-31T23:59:{second}Z" for second in (56, 57, 58, 59)] + [
        "2020-01-01T00:00:00Z"
    ]
    assert told["next"] == []


@pytest.mark.parametrize("field", ["starts_at", "ends_at", "epoch", "at"])
def test_a_moment_at_the_end_of_the_calendar_is_refused(client: Browser, field: str) -> None:
    answer = client.post("/api/schedules/preview", json={"cron": "0 3 * * *", field: "9999-12-31T23:00:00Z"})
    assert (answer.status_code, [one["field"] for one in answer.get_json()["errors"]]) == (422, [field])
