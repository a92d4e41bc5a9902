"""Which tests may break a service, and that the others cannot by oversight."""

from __future__ import annotations

import os

import pytest

import testbed
from testbed.processes import SHARED_VARIABLE
from testbed.services import Name


@pytest.mark.parametrize("name", ["dockerd", "mariadb", "rabbitmq"])
def test_a_test_is_kept_from_breaking_what_others_use(services: testbed.Services, name: Name) -> None:
    if not services.can_break(name):
        pytest.skip(f"{name} was given, so no test can break it")
    assert os.environ[SHARED_VARIABLE]  # or the next lines would do it
    for break_it in (services.own[name].stop, services.own[name].kill, lambda: services.kill(name)):
        with pytest.raises(testbed.ServiceError, match=r"pytest\.mark\.alone"):
            break_it()
    assert services.own[name].answers()


@pytest.mark.alone
def test_only_one_that_says_so_may() -> None:
    assert SHARED_VARIABLE not in os.environ
