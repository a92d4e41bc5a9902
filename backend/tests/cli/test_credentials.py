from __future__ import annotations

from pathlib import Path

import pytest

from scripter.cli import credentials
from scripter.cli.credentials import Credentials
from scripter.lib.errors import BadInput

STORED = Credentials("http://127.0.0.1:8200", "scr_stored", 7, "anna")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("SCRIPTER_URL", raising=False)
    monkeypatch.delenv("SCRIPTER_TOKEN", raising=False)
    return tmp_path


def test_what_is_stored_is_for_its_owner_alone_and_comes_back(home: Path) -> None:
    credentials.store(STORED)
    credentials.store(STORED)
    file = home / "scripter" / "credentials.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["credentials.json"]
    assert credentials.current() == STORED
    credentials.forget()
    assert credentials.current() == Credentials(credentials.DEFAULT_URL)


def test_a_stored_token_is_never_sent_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials.store(STORED)
    monkeypatch.setenv("SCRIPTER_URL", "http://elsewhere:8200")
    assert credentials.current() == Credentials("http://elsewhere:8200", "")
    monkeypatch.setenv("SCRIPTER_URL", "http://127.0.0.1:8200/")
    assert credentials.current() == STORED


def test_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials.store(STORED)
    monkeypatch.setenv("SCRIPTER_TOKEN", "scr_other")
    assert credentials.current() == Credentials("http://127.0.0.1:8200", "scr_other")


def test_a_broken_file_is_told_with_its_name(home: Path) -> None:
    credentials.store(STORED)
    (home / "scripter" / "credentials.json").write_text("{")
    with pytest.raises(BadInput, match=r"credentials\.json cannot be read"):
        credentials.current()
