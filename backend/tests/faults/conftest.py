"""One installation for all fault tests of a run: each test mends what it broke, and `rig` sees to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_rig import Rig

import testbed
from testbed.stack import separate


@pytest.fixture(scope="session")
def standing(services: testbed.Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    environment = {"SCRIPTER_JOBS__GRACE_S": "2", "SCRIPTER_JOBS__LOG_LIMIT_MB": "1"}
    with separate(services, tmp_path_factory.mktemp("faults"), environment) as stack:
        rig = Rig(stack, services)
        rig.open()
        yield rig
        rig.heal()


@pytest.fixture
def rig(standing: Rig) -> Iterator[Rig]:
    yield standing
    standing.heal()
