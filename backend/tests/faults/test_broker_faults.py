"""RabbitMQ that is restarted, away, empty, short of disk, impatient, or says everything fifty times."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pika
import pytest
from fault_rig import Rig, until
from pika.exceptions import AMQPError

from scripter.lib import queue

pytestmark = pytest.mark.alone


def waiting(rig: Rig, name: str) -> tuple[int, int]:
    """Messages and consumers of a queue."""
    with closing(pika.BlockingConnection(pika.URLParameters(rig.stack.environment["SCRIPTER_QUEUE__URL"]))) as asking:
        found = asking.channel().queue_declare(name, passive=True).method
        return found.message_count, found.consumer_count


def is_heard_again(rig: Rig) -> None:
    """The worker listens to its queues, and nothing waits in them."""
    for name in ("jobs", "builds", "ticks"):
        until(lambda name=name: try_to_ask(rig, name) == (0, 1), f"the worker to listen to {name}")


def try_to_ask(rig: Rig, name: str) -> tuple[int, int] | None:
    try:
        return waiting(rig, name)
    except AMQPError:
        return None  # no such queue yet, say


def test_jobs_that_are_started_while_the_broker_restarts_again_and_again_all_run_once(rig: Rig) -> None:
    """Fault 9."""
    jobs = []
    for _ in range(2):
        jobs += [rig.count(5) for _ in range(2)]
        rig.broker.control("stop_app")
        jobs += [rig.count(5) for _ in range(2)]
        rig.broker.control("start_app")
        jobs += [rig.count(5) for _ in range(2)]
    for job in jobs:
        rig.counted(job, 5)
    is_heard_again(rig)


def test_without_a_broker_jobs_are_accepted_and_run_and_health_says_so_until_it_is_back(rig: Rig) -> None:
    """Fault 10."""
    rig.services.kill("rabbitmq")
    try:
        jobs = [rig.count(1, 0) for _ in range(8)]
        health = rig.health()
        assert (health["status"], health["queue"]) == ("degraded", False)
        for job in jobs:
            rig.counted(job, 1)
    finally:
        rig.services.start("rabbitmq")
    until(lambda: rig.health()["status"] == "ok", "good health")
    is_heard_again(rig)


def test_a_broker_that_has_lost_everything_is_as_good_as_one_that_has_not(rig: Rig) -> None:
    """Fault 11."""
    pid = rig.stack.pid("worker")
    rig.broker.wipe()
    jobs = [rig.count(3) for _ in range(4)]
    rig.services.start("rabbitmq")
    # Whoever runs the broker makes the virtual host anew; nothing else is asked of them.
    rig.broker.add_vhost(rig.vhost)
    for job in [*jobs, rig.count(3)]:
        rig.counted(job, 3)
    is_heard_again(rig)
    assert rig.stack.pid("worker") == pid


def test_a_broker_that_is_short_of_disk_keeps_nobody_waiting(rig: Rig) -> None:
    """Fault 12."""
    rig.broker.control("set_disk_free_limit", "999999GB")
    try:
        with ThreadPoolExecutor(8) as people:
            # Each post is given up by its client after half a minute.
            jobs = list(people.map(lambda _: rig.count(1, 0), range(8)))
        for job in jobs:
            rig.counted(job, 1)
        rig.stack.stop("worker")  # which must not hang in a goodbye
        rig.stack.start("worker")
    finally:
        rig.broker.control("set_disk_free_limit", "50MB")
    is_heard_again(rig)


def test_a_job_outlives_the_time_that_the_broker_gives_a_message(rig: Rig) -> None:
    """Fault 13."""
    for name, value in (("consumer_timeout", 2000), ("channel_tick_interval", 500)):
        rig.broker.control("eval", f"application:set_env(rabbit, {name}, {value}).")
    try:
        rig.stack.kill("worker")
        rig.stack.start("worker")  # channels keep the times with which they were opened
        is_heard_again(rig)
        job = rig.count(80, 0.1)
        assert_that_a_held_message_is_punished(rig)
        rig.counted(job, 80)
        is_heard_again(rig)
        assert "PRECONDITION" not in rig.stack.log("worker")
    finally:
        rig.broker.control("eval", "application:set_env(rabbit, consumer_timeout, 1800000).")
        rig.broker.control("eval", "application:set_env(rabbit, channel_tick_interval, 60000).")
    rig.stack.kill("worker")


def assert_that_a_held_message_is_punished(rig: Rig) -> None:
    """Otherwise the test around this one shows nothing."""
    with closing(pika.BlockingConnection(pika.URLParameters(rig.stack.environment["SCRIPTER_QUEUE__URL"]))) as held:
        channel = held.channel()
        channel.queue_declare("held")
        channel.basic_publish("", "held", b"")
        channel.basic_consume("held", lambda *_: None)
        deadline = time.monotonic() + 60
        while channel.is_open:
            assert time.monotonic() < deadline, "The broker let a message be held for longer than it was told to."
            held.process_data_events(1)
        held.channel().queue_delete("held")


def test_a_job_that_is_announced_fifty_times_runs_once(rig: Rig) -> None:
    """Fault 14."""
    rig.stack.start_as("second", "worker")
    until(lambda: waiting(rig, "jobs")[1] == 2, "both workers to listen")
    job = rig.count(20)
    sender = queue.Queue(rig.stack.environment["SCRIPTER_QUEUE__URL"], None)
    message = sender.broker.get_actor("jobs.execute").message(job["id"])
    for _ in range(50):
        sender.broker.enqueue(message)
    sender.close()
    rig.counted(job, 20)
    until(lambda: waiting(rig, "jobs") == (0, 2), "the last message to be taken")
    assert [event["now"] for event in rig.events(job)] == ["queued", "starting", "running", "succeeded"]
    rig.stack.stop("second")
