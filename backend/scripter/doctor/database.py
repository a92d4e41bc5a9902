"""Looks at the database: whether it answers, what shape it has, and the server's settings that Scripter relies on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from scripter import migrations
from scripter.doctor.finding import Finding, notice, ok, problem, warning
from scripter.doctor.subject import Subject, answers
from scripter.lib import tls
from scripter.lib.db import POOL

ABOUT = "database"
# Each process has a pool: two for the pages, a worker, a clock; and somebody looks after it now and then.
_PROCESSES = 4
_SPARE = 10
_LEAST_PACKET = 16 * 1024 * 1024
_OLDEST = {"MariaDB": (10, 6), "MySQL": (8, 0)}
_STRICT = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}
_WANTED = (
    "version", "character_set_database", "sql_mode", "max_connections", "innodb_flush_log_at_trx_commit", "sync_binlog",
    "log_bin", "max_allowed_packet", "wait_timeout", "innodb_doublewrite", "wsrep_on", "read_only", "time_zone",
)  # fmt: skip


def reached(subject: Subject) -> Iterator[Finding]:
    """Whether it answers, and whether what is said to it can be listened to."""
    if not subject.has_database:
        yield notice(
            ABOUT, "SQLite, and its file is not there yet", "It is made at the first start.", "Start Scripter."
        )
        return
    try:
        with subject.database.engine.connect() as connection:
            version = "SQLite" if subject.database.is_sqlite else _server(_variables(connection))
            encrypted = subject.database.is_sqlite or _is_encrypted(connection)
    except DBAPIError as error:
        why = "Nothing works without it: no page, no job, no schedule."
        yield problem(ABOUT, f"does not answer: {error.orig}", why, _remedy(error))
        return
    yield ok(ABOUT, f"{version} answers")
    host = subject.database.engine.url.host
    if not encrypted and host not in ("localhost", "127.0.0.1", "::1"):
        yield notice(
            ABOUT,
            f"the connection to {host} is not encrypted",
            "Whoever can listen between the two machines reads what goes over it.",
            "Within one machine or its own network that is as it should be; else set database.tls.",
        )


def _remedy(error: DBAPIError) -> str:
    if refused := tls.refusal(error, "database"):
        return refused
    code = error.orig.args[0] if error.orig and error.orig.args else None
    if code == 1045:
        return "The name or the password in database.url is wrong."
    if code in (1044, 1049):
        return "Make that database and let the user do everything in it, or put another name into database.url."
    return (
        "Start the server; see whether database.url names its right host and port, and whether a firewall is between."
    )


def shape(subject: Subject) -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    if not answers(subject):
        return
    about = "migrations"
    found = migrations.look(subject.database, subject.data / "run")
    if found.interrupted:
        yield problem(
            about,
            f"a change of the database to {found.interrupted} was begun and not ended",
            "The tables are neither those of the old nor of the new version.",
            "Run `scripter migrate`, which goes on where it stopped.",
        )
    elif found.revision is None:
        yield notice(about, "the database is empty", "It is filled at the first start.", "Start Scripter.")
    elif found.revision == found.head:
        yield ok(about, f"the database has this version's shape ({found.head})")
    elif migrations.knows(found.revision):
        yield problem(
            about,
            f"the database is at {found.revision}, this version wants {found.head}",
            "Parts of different versions work with one database.",
            "Start all parts in this version; the first one changes the database. Or run `scripter migrate`.",
        )
    else:
        yield problem(
            about,
            f"the database is at {found.revision}, which this version does not know",
            "It was changed by a newer version of Scripter, and this one could damage it.",
            "Install the newer version here as well, or take the database back with it (`scripter migrate --to`).",
        )


def settings(subject: Subject) -> Iterator[Finding]:
    """The server's settings, each with what it would cost."""
    if subject.database.is_sqlite or not answers(subject):
        return
    with subject.database.engine.connect() as connection:
        found = _variables(connection)
        isolation = str(connection.get_isolation_level())
    problems = [finding for look in _LOOKS for finding in look(found)]
    yield from problems
    if not problems:
        yield ok("database's settings", _summary(found, isolation))


def _summary(found: Mapping[str, str], isolation: str) -> str:
    return (
        f"utf8mb4, strict, durable, {found['max_connections']} connections, packets of"
        f" {int(found['max_allowed_packet']) // 1024 // 1024} MB, transactions {isolation}; its time zone"
        f" ({found['time_zone']}) plays no part, as all times are UTC"
    )


def _text(found: Mapping[str, str]) -> Iterator[Finding]:
    charset = found["character_set_database"]
    if charset != "utf8mb4":
        yield problem(
            "database's charset",
            f"the database's text is {charset}",
            "Names and messages with other letters or signs are refused or damaged.",
            "ALTER DATABASE ... CHARACTER SET utf8mb4, and CONVERT each table that is there already.",
        )


def _strict(found: Mapping[str, str]) -> Iterator[Finding]:
    if not _STRICT & set(found["sql_mode"].split(",")):
        yield problem(
            "database's sql_mode",
            "the server is not strict",
            "What does not fit into a column is cut off without a word.",
            "Take STRICT_TRANS_TABLES into sql_mode.",
        )


def _durable(found: Mapping[str, str]) -> Iterator[Finding]:
    about, why = "database's durability", "After a power cut jobs that were accepted, and ends of jobs, may be gone."
    if found["innodb_flush_log_at_trx_commit"] != "1":
        now = found["innodb_flush_log_at_trx_commit"]
        remedy = "Set innodb_flush_log_at_trx_commit = 1."
        yield warning(about, f"innodb_flush_log_at_trx_commit is {now}: a commit is not on the disk yet", why, remedy)
    if found.get("log_bin") == "ON" and found.get("sync_binlog") != "1":
        told = f"the binary log is on, and sync_binlog is {found.get('sync_binlog')}"
        yield notice(about, told, "After a power cut a replica may have less than this server.", "Set sync_binlog = 1.")
    if found.get("innodb_doublewrite", "ON") == "OFF":
        remedy = "Set innodb_doublewrite = ON, unless the file system writes whole pages (ZFS)."
        yield warning(about, "innodb_doublewrite is OFF", "A power cut can leave pages half written.", remedy)


def _connections(found: Mapping[str, str]) -> Iterator[Finding]:
    most, needed = int(found["max_connections"]), _PROCESSES * POOL + _SPARE
    if most < needed:
        yield warning(
            "database's connections",
            f"max_connections is {most}",
            f"Scripter's processes may want {POOL} each, {needed} with the usual four: beyond that, requests fail.",
            f"Set max_connections = {needed} or more, and {POOL} more for each further worker.",
        )


def _packet(found: Mapping[str, str]) -> Iterator[Finding]:
    size = int(found["max_allowed_packet"])
    if size < _LEAST_PACKET:
        yield warning(
            "database's packets",
            f"max_allowed_packet is {size // 1024} KB",
            "A script of many files has a longer list of them than that: it cannot be saved.",
            f"Set max_allowed_packet = {_LEAST_PACKET // 1024 // 1024}M.",
        )


def _age(found: Mapping[str, str]) -> Iterator[Finding]:
    kind, numbers = _kind(found), found["version"].split(".")
    if tuple(int(one) for one in numbers[:2]) < _OLDEST[kind]:
        oldest = ".".join(map(str, _OLDEST[kind]))
        remedy = f"Update it to {oldest} or newer; 10.11 is what the tests run on."
        yield warning(ABOUT, f"{kind} {found['version']} is old", "Scripter is not tried out with it.", remedy)


def _cluster(found: Mapping[str, str]) -> Iterator[Finding]:
    if found.get("wsrep_on") == "ON":
        yield warning(
            ABOUT,
            "it is a Galera cluster",
            "Its locks by name hold on one node only, and two nodes can accept what contradicts: a commit fails late.",
            "Let all of Scripter's processes use one and the same node (database.url).",
        )
    if found.get("read_only", "OFF") != "OFF":
        remedy = "Point database.url to the primary, or SET GLOBAL read_only = OFF."
        yield problem(ABOUT, "it can only be read (read_only)", "No job can be started and none ended.", remedy)


_LOOKS = (_text, _strict, _durable, _connections, _packet, _age, _cluster)


def _server(found: Mapping[str, str]) -> str:
    return f"{_kind(found)} {found['version']}"


def _kind(found: Mapping[str, str]) -> str:
    return "MariaDB" if "mariadb" in found["version"].lower() else "MySQL"


def _variables(connection: Connection) -> dict[str, str]:
    names = ", ".join(f"'{name}'" for name in _WANTED)
    rows = connection.execute(text(f"SHOW VARIABLES WHERE variable_name IN ({names})"))
    return {str(name).lower(): str(value) for name, value in rows}


def _is_encrypted(connection: Connection) -> bool:
    found = connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).first()
    return found is not None and bool(found[1])
