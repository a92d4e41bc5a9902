"""What is found in a requirements.txt before it is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scripter.images.requirements import mistakes, satisfiable

FINE = """\
# what we need
requests >=2.31,<3   # with a comment
numpy==1.26.*
Django~=4.2 ; python_version >= "3.8"
uvicorn[standard,http2]
pydantic>2,!=2.1 \\
    --hash=sha256:00ff \\
    --hash=sha256:11ee
six==1.16.0 --hash=sha256:ab12
tomli; python_version < "3.11" and sys_platform != "win32"
pip===24.0+weird
"""


def test_ordinary_requirements_are_fine() -> None:
    assert mistakes(FINE) == []
    assert mistakes("") == []
    assert mistakes("\ufeffrequests\r\n") == []


@pytest.mark.parametrize(
    ("line", "gist"),
    [
        ("--index-url http://evil", "--index-url is not allowed"),
        ("--extra-index-url=http://evil", "--extra-index-url is not allowed"),
        ("-i http://evil", "-i is not allowed"),
        ("--trusted-host evil", "--trusted-host is not allowed"),
        ("-e git+ssh://host/x", "-e is not allowed"),
        ("-e .", "-e is not allowed"),
        ("-r /etc/passwd", "-r is not allowed"),
        ("-r http://evil/x.txt", "-r is not allowed"),
        ("-c constraints.txt", "-c is not allowed"),
        ("requests --global-option=x", "options are not allowed"),
        ("pkg @ file:///etc/passwd", "local paths are not allowed"),
        ("./local.whl", "local paths are not allowed"),
        ("../x", "local paths are not allowed"),
        ("/opt/x.tar.gz", "local paths are not allowed"),
        ("dist/x-1.0-py3-none-any.whl", "local paths are not allowed"),
        ("x-1.0-py3-none-any.whl", "local paths are not allowed"),
        ("C:\\x\\y", "local paths are not allowed"),
        ("pkg @ https://host/x", "addresses are not allowed"),
        ("https://host/x", "not allowed"),
        ("git+https://host/x", "not allowed"),
        ("a${HOME}", "variables are not allowed"),
        ("a==$VERSION", "variables are not allowed"),
        ("requests==", "cannot be read"),
        ("foo bar", "cannot be read"),
        ("[extra]", "cannot be read"),
        ("requests>=2,<1", "no version of requests can match"),
        ("requests==1.0,==2.0", "no version of requests can match"),
        ("requests>1,<=1", "no version of requests can match"),
        ("requests==1.4.*,>=2", "no version of requests can match"),
    ],
)
def test_what_is_not_allowed_is_named_with_its_line(line: str, gist: str) -> None:
    found = mistakes(f"six\n\n{line}\n")
    assert len(found) == 1
    assert found[0].startswith("Line 3")
    assert gist in found[0]


def test_a_file_may_have_500_lines() -> None:
    assert mistakes("#\n" * 500) == []
    assert mistakes("#\n" * 5000) == ["There are 5000 lines; at most 500 are allowed."]


def test_two_lines_about_one_package_must_have_a_version_in_common() -> None:
    assert mistakes("a>1\nA_b>=1\na<3\na-B!=2\n") == []
    assert "this and line 1" in mistakes("Foo.Bar>=2\nfoo-bar<2")[0]
    assert mistakes("a>=2; python_version<'3.9'\na<2; python_version>='3.9'") == []


def test_each_bad_line_is_told() -> None:
    assert [one.split(":")[0].split(" c")[0] for one in mistakes("-r x\nfine\nfoo bar\n")] == ["Line 1", "Line 3"]


@pytest.mark.parametrize(
    "text", ["", ">1,<2", ">1,<1.1", "==1.*,!=1.0", "~=1.4", "<1", ">=1!2", "===x", ">=1.0rc1,<1.1"]
)
def test_bounds_that_leave_room_are_satisfiable(text: str) -> None:
    assert satisfiable(SpecifierSet(text))


VERSIONS = st.builds(lambda a, b: f"{a}.{b}", st.integers(0, 4), st.integers(0, 4))
CLAUSES = st.builds(
    lambda operator, version: operator + version, st.sampled_from([">=", "<=", ">", "<", "==", "!="]), VERSIONS
)


@given(st.lists(CLAUSES, max_size=4), VERSIONS)
def test_a_set_that_some_version_matches_is_never_called_unsatisfiable(clauses: list[str], version: str) -> None:
    specifiers = SpecifierSet(",".join(clauses))
    if specifiers.contains(Version(version)):
        assert satisfiable(specifiers)
