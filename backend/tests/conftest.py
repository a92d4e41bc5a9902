"""What all tests stand on: real services from the testbed, a fresh database on both kinds, a logged-in client.

Tests that need a part that is not there fail with its name; nothing is skipped quietly."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from flask_openapi import OpenAPI
from people import Browser, add_user, logged_in, visitor
from sqlalchemy import Engine, create_engine, exists, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import testbed
from scripter import migrations, wiring
from scripter.access.models import User
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.context import Context
from scripter.images.models import Build, BuildStatus, Image, ImageStatus
from scripter.jobs.models import JobLock
from scripter.lib import garbage
from scripter.lib.db import Base, Database
from scripter.scripts.models import Script, Version
from scripter.web import create_app
from testbed.processes import SHARED_VARIABLE
from testbed.state import State


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Only tests marked `alone` may break services, wherever and however a test is run: the others would suffer."""
    if item.get_closest_marker("alone"):
        os.environ.pop(SHARED_VARIABLE, None)
    else:
        os.environ[SHARED_VARIABLE] = str(State.default().directory)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported for thousands of tests stays until the end, and is not looked through again for each of them."""
    garbage.postpone()
    try:
        return (yield)
    finally:
        garbage.settle()


# They take minutes, most of which they wait: what else there is goes on beside them, and not they after it.
_WAITING = {"test_docker_egress.py", "test_crash_points.py"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark those that leave all services alone, or all but the database: they can run beside others that do not. The
    longest files first, since a process has a file to itself."""
    for item in items:
        if isinstance(item, pytest.Function) and (used := _services_of(item)) <= {"mariadb"}:
            item.add_marker("database" if used else "unserved")
    items.sort(key=lambda item: item.path.name not in _WAITING)


def _services_of(item: pytest.Function) -> set[str]:
    """Those that its parameters name; or all, if it has them at hand. Tests of the testbed itself start some."""
    if "services" in item.fixturenames or item.get_closest_marker("alone") or "testbed" in item.path.parts[-2:-1]:
        return {"dockerd", "mariadb", "rabbitmq", "chromium"}
    return {"mariadb", "docker"} & {*map(str, item.callspec.params.values())} if hasattr(item, "callspec") else set()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("alone") and "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail("A test marked `alone` breaks what others use: run it without -n, as `make test-backend` does.")


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> testbed.Services:
    """The real Docker engine, MariaDB, RabbitMQ and Chromium."""
    if request.config.option.markexpr == "unserved":
        pytest.fail("This test was taken for one that uses no service: `_services_of` in conftest.py must know it.")
    return testbed.services()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was done without is the last thing that is read."""
    for part in sorted(testbed.left_out()):
        terminalreporter.write_line(
            f"NOT TESTED: everything that needs {part}, left out on request.", red=True, bold=True
        )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file in today's shape, made once and copied."""
    directory = tmp_path_factory.mktemp("template")
    _bring_up_to_date(f"sqlite:///{directory / 'scripter.db'}", directory)
    return directory / "scripter.db"


@pytest.fixture(scope="session")
def mariadb_template(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A MariaDB database in today's shape, made once and emptied for each test."""
    admin = create_engine(services.mariadb_url, isolation_level="AUTOCOMMIT")
    name = f"test_{secrets.token_hex(6)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(services.mariadb_url).set(database=name).render_as_string(hide_password=False)
    _bring_up_to_date(url, tmp_path_factory.mktemp("locks"))
    # The tests that run alone restart the server.
    engine = create_engine(url, pool_pre_ping=True)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def _bring_up_to_date(url: str, directory: Path) -> None:
    wiring.connect()
    db = Database(url)
    migrations.upgrade(db, directory)
    db.close()


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database in today's shape, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty SQLite database, for tests in which the kind of database plays no part."""
    shutil.copy(sqlite_template, tmp_path / "scripter.db")
    return f"sqlite:///{tmp_path / 'scripter.db'}"


@pytest.fixture
def mariadb_url(mariadb_template: Engine) -> str:
    """An empty MariaDB database."""
    _empty(mariadb_template)
    return mariadb_template.url.render_as_string(hide_password=False)


def _empty(engine: Engine) -> None:
    # The rows of this one are made by a migration, and are there for ever.
    tables = [table for table in Base.metadata.sorted_tables if table.name != JobLock.__tablename__]
    with engine.begin() as connection:
        [filled] = connection.execute(select(*[exists(select(1).select_from(table)) for table in tables]))
        connection.execute(text("SET FOREIGN_KEY_CHECKS=0"))
        for table, rows in zip(tables, filled, strict=True):
            if rows:
                connection.execute(table.delete())
        connection.execute(text("SET FOREIGN_KEY_CHECKS=1"))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    return Settings(data=Data(directory=str(data)), database=DatabaseSettings(url=database_url))


@pytest.fixture
def context(settings: Settings) -> Iterator[Context]:
    """A context without a runner, as the web process has it; rings are kept by the in-process broker and not heard."""
    wiring.connect()
    context = Context.open(settings)
    yield context
    context.close()


@pytest.fixture
def session(context: Context) -> Iterator[Session]:
    """A transaction that is committed at the end of the test, so that a broken row shows as a failure."""
    with context.db.transaction() as session:
        yield session


@pytest.fixture
def anna(context: Context) -> User:
    return add_user(context)


@pytest.fixture
def app(context: Context) -> OpenAPI:
    """The web application; it checks its own answers against what it says about them."""
    app = create_app(context)
    app.validate_response = True
    return app


@pytest.fixture
def anonymous(app: OpenAPI) -> Browser:
    """Somebody who is not logged in."""
    return visitor(app)


@pytest.fixture
def client(app: OpenAPI, context: Context, anna: User) -> Browser:
    """Anna's browser, logged in."""
    return logged_in(app, context, anna)


MakeScript = Callable[..., int]


@pytest.fixture
def make_script(context: Context, anna: User) -> MakeScript:
    """Makes a script of that name, on an image of its own, and gives its id."""

    def make(name: str = "report", *, built: bool = True) -> int:
        with context.db.transaction() as session:
            image = Image(name=name, name_key=name, manifest=[], digest="0" * 64, memory_mb=512, time_limit_s=600)
            session.add(image)
            session.flush()
            if built:
                build = Build(
                    image_id=image.id,
                    number=1,
                    status=BuildStatus.SUCCEEDED,
                    manifest=[],
                    digest=image.digest,
                    reference="sha256:" + "0" * 64,
                    python="3.11.2",
                    isolates=True,
                )
                session.add(build)
                session.flush()
                image.status, image.good_build_id = ImageStatus.READY, build.id
            script = Script(
                name=name,
                name_key=name,
                image_id=image.id,
                entry="main.py",
                time_limit_s=60,
                memory_mb=128,
                cpus=1.0,
                processes=32,
                network="none",
                environment={},
                created_by_id=anna.id,
            )
            session.add(script)
            session.flush()
            version = Version(
                script_id=script.id, number=1, digest="0" * 64, manifest=[], entry="main.py", author_id=anna.id
            )
            session.add(version)
            session.flush()
            script.latest_version_id = version.id
            return script.id

    return make


@pytest.fixture
def script(context: Context, make_script: MakeScript) -> Script:
    """A script on an image that is built as far as its rows go."""
    script_id = make_script()
    with context.db.reading() as session:
        script = session.get_one(Script, script_id)
        _ = script.image.name
    return script
