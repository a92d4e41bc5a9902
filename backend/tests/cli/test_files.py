from __future__ import annotations

from pathlib import Path

import pytest

from scripter.cli.files import entry_of, read
from scripter.lib.errors import BadInput


def test_a_directory_is_read_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    (tmp_path / "package" / "__pycache__").mkdir(parents=True)
    (tmp_path / "package" / "__pycache__" / "x.pyc").write_bytes(b"\xff")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref")
    (tmp_path / "main.py").write_bytes("print('grüße')\r\n".encode())
    (tmp_path / "package" / "data.bin").write_bytes(b"\xff\x00")
    (tmp_path / ".env.example").write_text("A=1")
    assert read(tmp_path) == [
        {"path": ".env.example", "content": "A=1", "encoding": "utf-8"},
        {"path": "main.py", "content": "print('grüße')\r\n", "encoding": "utf-8"},
        {"path": "package/data.bin", "content": "/wA=", "encoding": "base64"},
    ]


def test_a_single_file_goes_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text("1")
    assert [file["path"] for file in read(tmp_path / "job.py")] == ["job.py"]


def test_symbolic_links_and_empty_directories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no files"):
        read(tmp_path)
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match="symbolic link"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("paths", "wanted", "entry"),
    [
        (["a.py", "main.py"], None, "main.py"),
        (["a.py", "main.py"], "a.py", "a.py"),
        (["run.sh"], None, "run.sh"),
        (["data.csv", "tool.py"], None, "tool.py"),
    ],
)
def test_the_entry_is_guessed_only_where_there_is_no_doubt(paths: list[str], wanted: str | None, entry: str) -> None:
    files = [{"path": path, "content": "", "encoding": "utf-8"} for path in paths]
    assert entry_of(files, wanted) == entry


def test_where_there_is_doubt_the_entry_has_to_be_named() -> None:
    with pytest.raises(BadInput, match="--entry"):
        entry_of([{"path": name, "content": "", "encoding": "utf-8"} for name in ("a.py", "b.py")], None)
