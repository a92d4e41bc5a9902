"""Help with code that nobody trusts: it answers, and nothing of that code is ever run or followed out of its folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from scripter.lib import python_help
from scripter.lib.answerer import Answerer
from scripter.lib.python_help import Ask, PythonHelp


@pytest.fixture(scope="module")
def help() -> Iterator[PythonHelp]:
    patient = pytest.MonkeyPatch()
    # The time that people wait is for idle machines.
    patient.setattr(python_help, "PATIENCE_S", 120.0)
    found = PythonHelp()
    yield found
    found.close()
    patient.undo()


def ask(help: PythonHelp, ask: Ask, files: dict[str, str], path: str = "main.py") -> dict[str, Any]:
    """The answer about the place of the bar | in the file."""
    before, bar, after = files[path].partition("|")
    assert bar
    lines = before.split("\n")
    answer = help.ask(ask, {**files, path: before + after}, path, line=len(lines), column=len(lines[-1]), folders=["."])
    assert answer is not None
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return [one["name"] for one in answer["names"]]


TOOLS = 'def open_all(name: str, deep: bool = False) -> list[int]:\n    """Opens all of them."""\n    return []\n'


def test_names_of_the_standard_library_and_of_the_scripts_own_files_are_completed(help: PythonHelp) -> None:
    answer = ask(help, "complete", {"main.py": "import json\njson.du|"})
    assert (names(answer), answer["start"], answer["whole"]) == (["dump", "dumps"], 5, True)
    files = {"main.py": "from tools.read import op|", "tools/read.py": TOOLS, "tools/__init__.py": ""}
    assert names(ask(help, "complete", files)) == ["open_all"]
    # What others have in the editor and not saved yet counts, too.
    files["tools/read.py"] += "def open_one(): ...\n"
    assert names(ask(help, "complete", files)) == ["open_all", "open_one"]


def test_what_is_installed_for_ourselves_is_not_offered(help: PythonHelp) -> None:
    assert names(ask(help, "complete", {"main.py": "import sqlalch|"})) == []
    assert names(ask(help, "complete", {"main.py": "import scripter.l|"})) == []


def test_signature_documentation_and_definition_are_told(help: PythonHelp) -> None:
    files = {"main.py": "import read\nread.open_all('x', |)\n", "read.py": TOOLS}
    [signature] = ask(help, "signature", files)["signatures"]
    assert (signature["name"], signature["active"]) == ("open_all", 1)
    assert signature["parameters"] == ["name: str", "deep: bool=False"]
    files["main.py"] = "import read\nread.op|en_all('x')\n"
    hover = ask(help, "hover", files)
    assert hover == {"title": "open_all(name: str, deep: bool=False) -> list[int]", "doc": "Opens all of them."}
    assert ask(help, "definition", files)["targets"] == [{"path": "read.py", "line": 1, "column": 4}]
    outside = ask(help, "definition", {"main.py": "import json\njson.du|mp"})
    assert outside == {"targets": [], "outside": "json.dump"}


def evil(proof: Path) -> str:
    return f"open({str(proof)!r}, 'w').write('was here')\n"


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("helper.py", "import helper\nhelper.|"),
        # A module that jedi imports by itself to look into it.
        ("gi.py", "import gi\ngi.|"),
        ("gi/__init__.py", "from gi.repository import Gtk\nGtk.|"),
        # Modules that the standard library asks for when parts of it are imported.
        ("org/python/core.py", "import _elementtree\n_elementtree.|"),
        ("numbers.py", "import _decimal\n_decimal.|"),
        ("_json.py", "import _json\n_json.|"),
        ("sitecustomize.py", "import sys\nsys.|"),
        ("conftest.py", "import pytest\npytest.|"),
        ("jedi/__init__.py", "import jedi\njedi.|"),
    ],
)
def test_code_of_a_script_is_never_run(help: PythonHelp, tmp_path: Path, name: str, use: str) -> None:
    proof = tmp_path / "proof"
    source = evil(proof) + f"def __getattr__(name):\n    {evil(proof)}\nclass A:\n    {evil(proof)}"
    use = f"{evil(proof)}{use}"
    for one in ("complete", "hover", "definition"):
        ask(help, one, {"main.py": use, name: source})  # type: ignore[arg-type]
    assert not proof.exists()


@pytest.mark.parametrize(
    "use",
    [
        "import sys\nsys.path.insert(0, {folder!r})\nimport private\nprivate.|",
        "import sys\nsys.path.append({folder!r})\nfrom private import |",
        "from ......... import |",
        "import os\nopen({folder!r} + '/private.py').|",
    ],
)
def test_files_of_the_machine_are_not_read(help: PythonHelp, tmp_path: Path, use: str) -> None:
    (tmp_path / "private.py").write_text("password_of_somebody = 1\n")
    answer = ask(help, "complete", {"main.py": use.format(folder=str(tmp_path))})
    found = names(answer) if "names" in answer else []
    assert not {"password_of_somebody", "private", "etc", "usr"} & set(found)


@pytest.mark.parametrize(
    "content",
    [
        "|",
        "(" * 5_000 + "|",
        "x = [" * 300 + "|",
        "\0|",
        "def f(\n" * 200 + "|",
        "é = 1\né|",
        "from . import |",
        "import .|",
    ],
)
def test_code_that_is_none_gets_an_answer_or_none_and_the_next_question_one(help: PythonHelp, content: str) -> None:
    before, _, _ = content.partition("|")
    lines = before.split("\n")
    help.ask("complete", {"main.py": before}, "main.py", line=len(lines), column=len(lines[-1]), folders=["."])
    assert names(ask(help, "complete", {"main.py": "import json\njson.du|"})) == ["dump", "dumps"]


def test_code_that_takes_for_ever_is_given_up_and_the_next_question_is_answered(help: PythonHelp) -> None:
    chain = "".join(
        f"def f{n}(x):\n    return f{n + 1}(x) if x else f{n + 1}([x, {{x: f{n + 1}}}])\n" for n in range(400)
    )
    begun = time.process_time()
    help.ask("complete", {"main.py": f"{chain}f0(1)."}, "main.py", line=801, column=6, folders=["."])
    assert time.process_time() - begun < 5  # our own time: the child's is bounded by the kernel
    assert names(ask(help, "complete", {"main.py": "import json\njson.du|"})) == ["dump", "dumps"]


class Line(Answerer):
    """Lets everybody wait in line until the test takes them."""

    def __init__(self, command: Sequence[str], **_: float) -> None:
        self.waiting: list[tuple[Mapping[str, Any], Callable[[], object]]] = []

    def ask(self, question: Mapping[str, Any], first: Callable[[], object] = lambda: None) -> None:
        self.waiting.append((question, first))

    def close(self) -> None:
        self.waiting.clear()


def test_the_code_of_those_who_wait_is_there_when_their_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_help, "Answerer", Line)
    own = PythonHelp()
    for number in range(20):
        files = {"main.py": "", "helper.py": f"N = {number}\n"}
        own.ask("complete", files, "main.py", line=1, column=0, folders=["."])
    line = own._answerer
    assert isinstance(line, Line)
    for number, (question, first) in enumerate(line.waiting):
        first()
        helper = Path(question["root"]) / "helper.py"
        assert helper.read_text() == f"N = {number}\n"
    assert len(list(helper.parent.parent.iterdir())) == 8
    own.close()


def test_nothing_lies_about_when_it_is_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    own = PythonHelp()
    own.ask("complete", {"main.py": "", "a.py": ""}, "main.py", line=1, column=0, folders=["."])
    assert list(tmp_path.iterdir()) != []
    own.close()
    assert list(tmp_path.iterdir()) == []
