"""Fixtures of the tests of backup and restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from backup_rig import Installations

import testbed


@pytest.fixture
def installations(services: testbed.Services, tmp_path: Path) -> Iterator[Installations]:
    with ExitStack() as stack:
        yield Installations(services, tmp_path, stack)
