"""The queue: a Dramatiq broker, RabbitMQ or in-process, and the tasks that it rings.

Rooms declare tasks with `@task(...)` in their `tasks` modules; they are bound to a broker when a `Queue` is made, so
one process can hold several queues (tests do) and no import has to happen in a certain order. Messages carry ids
only: the row is the truth, the message a doorbell."""

from __future__ import annotations

import inspect
import os
import queue
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# Read by Dramatiq when it is imported: more would park messages behind a busy worker.
os.environ.setdefault("dramatiq_queue_prefetch", "4")

import dramatiq
import periodiq
import pika
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import xq_name
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Pipelines, Retries, ShutdownNotifications, TimeLimit
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError

from scripter.lib import clock

log = structlog.get_logger(__name__)

# What is raised when the broker cannot be reached; pika's errors of the handshake are no AMQPErrors.
UNREACHABLE = (AMQPError, AMQPConnectorException, dramatiq.DramatiqError, OSError)

# More than anybody rings while a broker restarts; beyond it the rows have to be found without a message.
_MOST_WAITING = 1000
_GOODBYE_S = 2.0

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Task:
    """A function that the queue may ring: its name, its queue, and the crontab line that rings it by itself, if any."""

    name: str
    function: Callable[..., object]
    queue: str
    every: str | None


_tasks: dict[str, Task] = {}


def task(
    name: str, *, queue: str, every: str | None = None
) -> Callable[[Callable[Concatenate[Any, P], object]], Callable[Concatenate[Any, P], object]]:
    """Declare a task `room.deed`; its function is called with the queue's context and the message's arguments.

    Tasks must be safe to receive twice, late, or never: they are rung, not trusted.
    """

    def declare(function: Callable[Concatenate[Any, P], object]) -> Callable[Concatenate[Any, P], object]:
        _tasks[name] = Task(name, function, queue, every)
        return function

    return declare


def declared() -> dict[str, dict[str, object]]:
    """The queues of all tasks, each with the arguments that Dramatiq makes it with, and that the broker compares."""
    return {
        one.queue: {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": xq_name(one.queue)}
        for one in _tasks.values()
    }


class InProcessBroker(StubBroker):
    """The broker of embedded mode. Keeps no dead letters: the rows are the truth and are rung again."""

    def __init__(self, middleware: list[Middleware]) -> None:
        super().__init__(middleware)
        self.dead_letters_by_queue = defaultdict(_Discarded)


class _Discarded(list[Any]):
    """A list that keeps nothing, so that failed messages do not pile up in memory."""

    def append(self, item: Any) -> None:
        return None


class _Encoder(dramatiq.JSONEncoder):
    """Refuses what is no message of ours, so that Dramatiq puts it aside as a dead letter.

    It checks little itself, and what breaks one of its threads is delivered again for ever, or leaves it with a thread
    less. `scheduled_at` is periodiq's; no other option is ever sent, and some would be obeyed.
    """

    def decode(self, data: bytes) -> dict[str, Any]:
        fields: dict[str, Any] = super().decode(data)
        known = _tasks[fields["actor_name"]]
        shapes = {"queue_name": str, "args": list, "kwargs": dict, "options": dict}
        if known.queue != fields["queue_name"] or any(type(fields[key]) is not kind for key, kind in shapes.items()):
            raise ValueError("not a message of ours")
        kept = {key: value for key, value in fields["options"].items() if key == "scheduled_at"}
        return {**fields, "options": kept}


dramatiq.set_encoder(_Encoder())


class _Sender:
    """Sends messages from a thread of its own.

    A broker that is short of disk or memory keeps senders waiting for as long as that lasts, and one that hangs for
    longer than any request may take. A message that cannot be sent is forgotten: its row will be found without it.
    """

    def __init__(self, broker: dramatiq.Broker) -> None:
        self._broker = broker
        self._waiting: queue.Queue[dramatiq.Message[object] | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._send_all, name="ring", daemon=True)
        self._starting = threading.Lock()
        self._given_up = threading.Event()
        self._lost = 0

    def send(self, message: dramatiq.Message[object]) -> None:
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self._lost += 1

    def close(self) -> bool:
        """Send what waits, unless that takes long. False: the thread is still at it, and with it its connection."""
        if self._thread.ident is None:
            return True
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(_GOODBYE_S)
        self._given_up.set()
        return not self._thread.is_alive()

    def _send_all(self) -> None:
        while not self._given_up.is_set() and (message := self._waiting.get()) is not None:
            try:
                self._broker.enqueue(message)
            except UNREACHABLE as error:
                self._lost += 1
                log.warning("queue.unreachable", task=message.actor_name, error=str(error) or type(error).__name__)
            else:
                self._tell()

    def _tell(self) -> None:
        if self._lost:
            log.info("queue.answers_again", lost=self._lost)
            self._lost = 0


class Queue:
    """The way to wake a task by its name, now, from any thread."""

    def __init__(self, url: str, context: object, tls: ssl.SSLContext | None = None) -> None:
        self.context = context
        self.kind = "rabbitmq" if url else "in-process"
        self._url, self._tls = url, tls
        self.broker = _broker(url, tls)
        self._sender = _Sender(self.broker)
        for one in _tasks.values():
            self._declare(one)

    def _declare(self, one: Task) -> None:
        shape = inspect.signature(one.function)

        def call(*arguments: object) -> None:
            shape.bind(self.context, *arguments)  # what does not fit is no message of ours, and becomes a dead letter
            try:
                one.function(self.context, *arguments)
            except Exception:
                # The rim of a task: what it was rung for is found again without this message, which would only lie
                # with the dead letters, among those that are worth a look.
                log.exception("task.failed", task=one.name)

        options: dict[str, Any] = {"max_retries": 0, "time_limit": float("inf")}
        if one.every is not None:
            options["periodic"] = periodiq.cron(one.every)
        call.__name__ = one.name
        dramatiq.Actor(call, broker=self.broker, actor_name=one.name, queue_name=one.queue, priority=0, options=options)

    def wake(self, name: str, *arguments: object) -> None:
        """Ring the task `name`, and do not wait. Nobody learns that the broker is away: the sweep will ring again."""
        message = self.broker.get_actor(name).message(*arguments)
        if self._url:
            self._sender.send(message)
        else:
            self.broker.enqueue(message)

    def worker(self, queues: set[str], threads: int) -> dramatiq.Worker:
        """A worker for these queues with its own threads in this process; the caller starts and stops it."""
        return dramatiq.Worker(self.broker, queues=queues, worker_threads=threads)

    def answers(self) -> bool:
        """Whether the broker can be reached now."""
        if not self._url:
            return True
        try:
            self.connect().close()
        except UNREACHABLE:
            return False
        return True

    def connect(self) -> pika.BlockingConnection:
        """A connection of one's own to RabbitMQ.

        Raises: one of UNREACHABLE.
        """
        return pika.BlockingConnection(parameters(self._url, self._tls))

    def periodic(self) -> list[dramatiq.Actor[..., object]]:
        """The tasks that a clock has to ring, for periodiq."""
        return [actor for actor in self.broker.actors.values() if "periodic" in actor.options]

    def close(self) -> None:
        # A connection that its thread still waits on is left to the end of the process: closing it would wait, too.
        if self._sender.close():
            self.broker.close()


class MinuteBeat:
    """The heartbeat of embedded mode: rings every periodic task once a minute, from a thread of its own.

    periodiq itself works with SIGALRM, which only the main thread of a process can have."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="minute-beat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        # At once, as periodiq does: after a downtime nothing should wait for the minute to end.
        self._ring()
        while not self._stopped.wait(60 - clock.now().timestamp() % 60):
            self._ring()

    def _ring(self) -> None:
        for actor in self._queue.periodic():
            self._queue.wake(actor.actor_name)


def _broker(url: str, tls: ssl.SSLContext | None) -> dramatiq.Broker:
    middleware: list[Middleware] = [
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        Pipelines(),
        Retries(max_retries=0),
        periodiq.PeriodiqMiddleware(skip_delay=30),
    ]
    if not url:
        return InProcessBroker(middleware)
    broker = RabbitmqBroker(url=url, middleware=middleware, confirm_delivery=True)
    broker.parameters = parameters(url, tls)
    return broker


# A dead peer is noticed after two heartbeats; a broker short of disk blocks publishers, and we do not hang with it.
_LIMITS = {
    "heartbeat": "20",
    "blocked_connection_timeout": "10",
    "socket_timeout": "5",
    "stack_timeout": "5",
    "connection_attempts": "1",
}


def parameters(url: str, tls: ssl.SSLContext | None = None) -> pika.URLParameters:
    """How to connect to the broker at `url`, with our limits; for amqps with `tls`, or the system's authorities."""
    made = pika.URLParameters(_with_limits(url))
    if made.ssl_options is not None and "ssl_options" not in urlsplit(url).query:
        made.ssl_options = pika.SSLOptions(tls or ssl.create_default_context(), made.host)
    return made


def _with_limits(url: str) -> str:
    """`url` with our limits as its query, unless it says otherwise itself."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode({**_LIMITS, **dict(parse_qsl(parts.query))})))
