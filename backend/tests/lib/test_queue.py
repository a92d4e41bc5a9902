"""The queue: both brokers pass the same tests."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pika
import pytest

import testbed
from scripter.lib import queue
from scripter.lib.queue import Queue


class Heard:
    """What the tasks of these tests were rung with."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.bell = threading.Event()

    def wait(self) -> None:
        assert self.bell.wait(20)
        self.bell.clear()


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tasks of our own instead of the product's."""
    monkeypatch.setattr(queue, "_tasks", {})

    @queue.task("test.ring", queue="test_jobs")
    def ring(heard: Heard, number: int) -> None:
        heard.numbers.append(number)
        heard.bell.set()
        if number < 0:
            raise ValueError("a task that fails")

    @queue.task("test.beat", queue="test_ticks", every="* * * * *")
    def beat(heard: Heard) -> None:
        heard.bell.set()


@pytest.fixture(params=["in-process", "rabbitmq"])
def url(request: pytest.FixtureRequest, services: testbed.Services) -> Iterator[str]:
    if request.param == "in-process":
        yield ""
        return
    with services.vhost("queue_test") as url:
        yield url


@pytest.fixture
def opened(tasks: None, url: str) -> Iterator[tuple[Queue, Heard]]:
    heard = Heard()
    opened = Queue(url, heard)
    worker = opened.worker({"test_jobs", "test_ticks"}, 2)
    worker.start()
    yield opened, heard
    worker.stop()
    opened.close()


def test_a_task_is_rung_by_its_name_with_the_context_and_its_arguments(opened: tuple[Queue, Heard]) -> None:
    rung, heard = opened
    rung.wake("test.ring", 7)
    heard.wait()
    assert heard.numbers == [7]


def test_a_task_that_fails_is_not_tried_again(opened: tuple[Queue, Heard]) -> None:
    rung, heard = opened
    rung.wake("test.ring", -1)
    heard.wait()
    rung.wake("test.ring", 2)
    heard.wait()
    assert heard.numbers == [-1, 2]


@pytest.mark.parametrize("url", ["rabbitmq"], indirect=True)
def test_a_task_that_fails_leaves_no_dead_letter(opened: tuple[Queue, Heard]) -> None:
    """What it was rung for, a database that was away, say, is found again; its message would lie there for ever."""
    rung, heard = opened
    rung.wake("test.ring", -1)
    heard.wait()
    time.sleep(1)  # nothing tells when a message that failed has been put aside; it is a matter of milliseconds
    assert rung.broker.get_queue_message_counts("test_jobs") == (0, 0, 0)


def test_the_clock_knows_which_tasks_it_has_to_ring(opened: tuple[Queue, Heard]) -> None:
    rung, heard = opened
    assert [actor.actor_name for actor in rung.periodic()] == ["test.beat"]
    rung.wake("test.beat")
    heard.wait()


def test_the_queue_says_what_it_is_and_that_it_answers(opened: tuple[Queue, Heard], url: str) -> None:
    rung, _ = opened
    assert rung.answers()
    assert rung.kind == ("rabbitmq" if url else "in-process")


def test_nobody_waits_for_a_broker_that_is_not_there(tasks: None) -> None:
    lonely = Queue("amqp://guest:guest@127.0.0.1:1/", Heard())
    assert not lonely.answers()
    lonely.wake("test.ring", 1)
    lonely.close()


def test_nobody_waits_for_a_broker_that_says_nothing(tasks: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rung = Queue(f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}/", Heard())
        for number in range(2000):  # more than are kept for it
            rung.wake("test.ring", number)
        assert not rung.answers()
        rung.close()


def message(**changes: object) -> bytes:
    fields = {"queue_name": "test_jobs", "actor_name": "test.ring", "args": [1], "kwargs": {}, "options": {}}
    return json.dumps({**fields, "message_id": "1", "message_timestamp": 1, **changes}).encode()


POISON = [
    b"",
    b"\xff",
    b"[]",
    b"null",
    b"{}",
    message(actor_name="nobody"),
    message(queue_name="test_ticks"),
    message(args=None),
    message(args=["seven", 8]),
    message(options=None),
    message(options={"throws": "everything", "eta": "now", "pipe_target": 1}),
]


@pytest.mark.parametrize("url", ["rabbitmq"], indirect=True)
def test_what_is_no_message_of_ours_is_put_aside_once_and_nobody_is_hurt(
    opened: tuple[Queue, Heard], url: str, caplog: pytest.LogCaptureFixture
) -> None:
    rung, heard = opened
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        rung.wake("test.ring", 7)
        heard.wait()
        for body in POISON:
            channel.basic_publish("", "test_jobs", body)
        # The last one is heard: nothing is wrong with it but its options, of which none is kept.
        rung.wake("test.ring", 8)
        deadline = time.monotonic() + 20
        counted = rung.broker.get_queue_message_counts
        while not {1, 8} <= set(heard.numbers) or counted("test_jobs") != (0, 0, len(POISON) - 1):
            assert time.monotonic() < deadline, counted("test_jobs")
            time.sleep(0.05)
    # They came over two connections, so that nothing is said about their order.
    assert sorted(heard.numbers) == [1, 7, 8]
    assert not [record for record in caplog.records if "unexpected error" in record.message]
