"""The stack of compose.yaml, once for all of these tests: they run one after the other, and leave it well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sockets import listening

import testbed
from testbed.composed import Composed, composed


@pytest.fixture(scope="session")
def listened_before() -> dict[str, str]:
    """The sockets that listened on this machine when the stack was not there yet."""
    return listening()


@pytest.fixture(scope="session")
def stack(
    services: testbed.Services, listened_before: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Composed]:
    """Brought up by the command that people type, with its data in a directory other than the usual one."""
    with composed(services, tmp_path_factory.mktemp("compose")) as stack:
        stack.up()
        stack.wait_until_it_answers()
        stack.wait_until_well()
        yield stack


@pytest.fixture(scope="session")
def member(stack: Composed) -> Composed:
    """The same, logged in as its first user."""
    stack.set_up()
    return stack


@pytest.fixture(scope="session")
def image(member: Composed) -> Any:
    """An image that is built."""
    return member.make_image("Plain")
