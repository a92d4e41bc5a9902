"""Looks at RabbitMQ: whether it answers, is able to take messages, and has the queues as we declare them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pika
from pika.exceptions import ChannelClosedByBroker, ConnectionBlockedTimeout
from sqlalchemy.exc import SQLAlchemyError

from scripter.doctor import holes
from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject, answers
from scripter.lib import queue, tls
from scripter.lib.clock import now
from scripter.upkeep import service as upkeep

ABOUT = "broker"
_ALARM_S = 4
_PRECONDITION_FAILED = 406
_OLDEST = (3, 9)
_LONG = 1_000


def reached(subject: Subject) -> Iterator[Finding]:
    """All that can be seen through one connection."""
    settings = subject.settings.queue
    if not settings.url:
        yield ok(ABOUT, "none: one process does everything, and rings its own bells")
        return
    trust = tls.context(settings.trust, "queue") if settings.encrypted else None
    try:
        with pika.BlockingConnection(_parameters(settings.url, trust)) as connection:
            yield from _told(connection)
            _try_sending(connection)
            yield from _queues(subject, connection)
    except ConnectionBlockedTimeout:
        yield _blocked()
    except queue.UNREACHABLE as error:
        yield _unreachable(error)


def _parameters(url: str, trust: ssl.SSLContext | None) -> pika.URLParameters:
    made = queue.parameters(url, trust)
    made.blocked_connection_timeout = _ALARM_S
    return made


def _unreachable(error: BaseException) -> Finding:
    said = str(error) or type(error).__name__
    refused = tls.refusal(error, "queue")
    wrong_name = "ACCESS_REFUSED" in said or "ProbableAuthentication" in repr(error)
    remedy = "Start RabbitMQ; see whether queue.url names its right host, port and virtual host."
    if wrong_name:
        remedy = "The name, the password or the virtual host in queue.url is wrong."
    why = "Jobs start late: a worker looks for waiting ones only now and then. Without ticks no schedule is planned."
    return problem(ABOUT, f"does not answer: {said}", why, refused or remedy)


def _told(connection: pika.BlockingConnection) -> Iterator[Finding]:
    # The only place where pika keeps what the server said of itself.
    properties = connection._impl.server_properties
    product, number = _words(properties.get("product")), _words(properties.get("version"))
    heartbeat = connection._impl.params.heartbeat
    yield ok(ABOUT, f"{product} {number} answers (heartbeat {heartbeat or 0} s)")
    version = holes.parsed(number)
    if version and version < _OLDEST:
        yield warning(ABOUT, f"{product} {number} is old", "Scripter is not tried out with it.", "Update it.")
    if not heartbeat:
        yield warning(
            ABOUT,
            "no heartbeats",
            "A connection that a firewall has dropped looks whole for hours: bells ring in vain.",
            "Take heartbeat=0 out of queue.url, and let the server have its own.",
        )


def _words(told: object) -> str:
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told or "?")


def _try_sending(connection: pika.BlockingConnection) -> None:
    """To a queue of our own. Raises: ConnectionBlockedTimeout, from a broker that listens but takes nothing."""
    channel = connection.channel()
    channel.confirm_delivery()
    mine = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_publish("", mine, b"doctor")
    channel.close()


def _blocked() -> Finding:
    return problem(
        ABOUT,
        "takes no messages: it is short of disk or memory",
        "Whoever sends is kept waiting: jobs start late, and no schedule is planned.",
        "Make room on its disk (disk_free_limit) or give it memory (vm_memory_high_watermark); see its alarms.",
    )


def _queues(subject: Subject, connection: pika.BlockingConnection) -> Iterator[Finding]:
    """Declared with our own arguments: the broker refuses those of a queue that was made with others."""
    lines, missing = [], []
    for name, arguments in queue.declared().items():
        channel = connection.channel()
        try:
            waiting, consumers = _counts(channel, name)
        except ChannelClosedByBroker:
            missing.append(name)
            continue
        yield from _same(connection, name, arguments)
        yield from _served(subject, name, waiting, consumers)
        lines.append(f"{name} {waiting}")
    if lines:
        yield ok("queues", f"messages that wait: {', '.join(lines)}")
    if missing:
        yield notice("queues", f"not there yet: {', '.join(missing)}", "They are made when the first worker starts.")


def _counts(channel: pika.adapters.blocking_connection.BlockingChannel, name: str) -> tuple[int, int]:
    """Messages and listeners, without making the queue. Raises: ChannelClosedByBroker if there is none."""
    found = channel.queue_declare(name, passive=True).method
    channel.close()
    return int(found.message_count), int(found.consumer_count)


def _same(connection: pika.BlockingConnection, name: str, arguments: dict[str, object]) -> Iterator[Finding]:
    channel = connection.channel()
    try:
        channel.queue_declare(name, durable=True, arguments=arguments)
        channel.close()
    except ChannelClosedByBroker as error:
        if error.reply_code != _PRECONDITION_FAILED:
            raise
        yield problem(
            "queues",
            f"{name} was made with other arguments: {error.reply_text}",
            "No worker can listen to it, and nobody can send to it.",
            f"Remove it: `rabbitmqctl delete_queue {name}`. It is made anew; no job is lost: the database has them.",
        )


def _served(subject: Subject, name: str, waiting: int, consumers: int) -> Iterator[Finding]:
    if consumers == 0 and _workers(subject):
        yield problem(
            "queues",
            f"nobody listens to {name}, though workers are alive",
            "They work with another broker or virtual host: what is rung for here is not heard there.",
            "Give all processes the same queue.url.",
        )
    if waiting > _LONG:
        yield warning(
            "queues",
            f"{waiting} messages wait in {name}",
            "Workers do not keep up, or none hears: jobs start late.",
            "See whether workers are alive, and give them more places (worker.places) or company.",
        )


def _workers(subject: Subject) -> bool:
    if not answers(subject):
        return False
    try:
        with subject.reading() as session:
            return any(upkeep.is_alive(one, now()) for one in upkeep.workers(session))
    except SQLAlchemyError:
        return False
