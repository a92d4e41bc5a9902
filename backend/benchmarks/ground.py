"""An empty database of MariaDB with a context on it, and a script in it, for measurements in which no job runs."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from scripter import migrations, wiring
from scripter.config import Data, Jobs, Settings
from scripter.config import Database as DatabaseSettings
from scripter.context import Context
from scripter.images.models import Build, BuildStatus, Image, ImageStatus
from scripter.scripts.models import Script, Version


@contextmanager
def empty(mariadb_url: str, jobs: Jobs) -> Iterator[Context]:
    """A context on an empty database of its own."""
    wiring.connect()
    admin = create_engine(mariadb_url, isolation_level="AUTOCOMMIT")
    name = f"bench_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(mariadb_url).set(database=name).render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory(prefix="scripter-bench-") as directory:
        settings = Settings(data=Data(directory=directory), database=DatabaseSettings(url=url), jobs=jobs)
        context = Context.open(settings)
        migrations.upgrade(context.db, Path(directory))
        yield context
        context.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def add_script(context: Context) -> int:
    """A script on an image that is built as far as its rows go; gives its id."""
    with context.db.transaction() as session:
        image = Image(name="i", name_key="i", manifest=[], digest="0" * 64, memory_mb=512, time_limit_s=600)
        session.add(image)
        session.flush()
        facts = {"manifest": [], "digest": image.digest, "reference": "sha256:" + "0" * 64, "isolates": True}
        build = Build(image_id=image.id, number=1, status=BuildStatus.SUCCEEDED, python="3.11.2", **facts)
        session.add(build)
        session.flush()
        image.status, image.good_build_id = ImageStatus.READY, build.id
        limits = {"time_limit_s": 60, "memory_mb": 128, "cpus": 1.0, "processes": 32, "network": "none"}
        script = Script(name="s", name_key="s", image_id=image.id, entry="main.py", environment={}, **limits)
        session.add(script)
        session.flush()
        version = Version(script_id=script.id, number=1, digest="0" * 64, manifest=[], entry="main.py")
        session.add(version)
        session.flush()
        script.latest_version_id = version.id
        return script.id
