"""Which tests may break a service, and that the others cannot by oversight."""

from __future__ import annotations

import os

import pytest

import testbed
from testbed.services import SHARED_VARIABLE


def test_a_test_is_kept_from_breaking_what_others_use(services: testbed.Services) -> None:
    if not services.can_break("mariadb"):
        pytest.skip("MariaDB was given, so no test can break it")
    assert os.environ[SHARED_VARIABLE]  # or the next line would do it
    with pytest.raises(testbed.ServiceError, match=r"pytest\.mark\.alone"):
        services.kill("mariadb")


@pytest.mark.alone
def test_only_one_that_says_so_may() -> None:
    assert SHARED_VARIABLE not in os.environ
