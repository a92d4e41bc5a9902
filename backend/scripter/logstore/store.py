"""The places of the logs under the data directory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scripter.logstore.writer import Writer


class LogStore:
    """The places of the logs under the data directory, which users know and may look into."""

    def __init__(self, data_directory: Path) -> None:
        self._data = data_directory

    def job_path(self, script_id: int, job_id: str, at: datetime) -> Path:
        """scripts/<SCRIPT_ID>/logs/<YYYY-MM-DDTHH-MM-SS>__<JOB_ID>.log, the time in UTC."""
        name = f"{at.astimezone(UTC):%Y-%m-%dT%H-%M-%S}__{job_id}.log"
        return self._data / "scripts" / str(script_id) / "logs" / name

    def build_path(self, image_id: int, build_id: int | str) -> Path:
        """images/<IMAGE_ID>/builds/<BUILD_ID>.log"""
        return self._data / "images" / str(image_id) / "builds" / f"{build_id}.log"

    def write_build(self, image_id: int, build_id: int | str, number: int) -> Writer:
        """The log of an image's build of this number; images/<IMAGE_ID>/build.log becomes a second name of it."""
        path = self.build_path(image_id, build_id)
        writer = Writer(path, f"build {number}")
        newest = path.parents[1] / "build.log"
        beside = newest.with_name(f".build.log.{build_id}")
        beside.unlink(missing_ok=True)
        beside.hardlink_to(path)
        beside.replace(newest)
        beside.unlink(missing_ok=True)  # renaming one name of a file onto another of the same file does nothing
        return writer
