"""What every process does first."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripter import start_up
from scripter.config import Data, Settings
from scripter.config import Database as DatabaseSettings
from scripter.lib.errors import BadInput, Unavailable


def test_the_data_directory_is_made_and_closed_to_others(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    start_up.open_context(Settings(data=Data(directory=str(data)))).close()
    assert data.stat().st_mode & 0o007 == 0
    assert (data / "scripter.db").exists()


def test_a_group_that_was_let_in_stays_in(tmp_path: Path) -> None:
    tmp_path.chmod(0o775)
    start_up.open_context(Settings(data=Data(directory=str(tmp_path)))).close()
    assert tmp_path.stat().st_mode & 0o777 == 0o770


def test_a_data_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput) as caught:
        start_up.open_context(Settings(data=Data(directory=str(tmp_path / "file" / "data"))))
    assert caught.value.fields[0].field == "data.directory"


def test_a_database_that_does_not_answer_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_up, "DATABASE_WAIT_S", 1)
    url = "mysql+pymysql://nobody:nothing@127.0.0.1:1/none"
    with pytest.raises(Unavailable, match="does not answer"):
        start_up.open_context(Settings(data=Data(directory=str(tmp_path)), database=DatabaseSettings(url=url)))
