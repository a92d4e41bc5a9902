"""The real services that the tests run against, on private ports and in one directory; for `make test` and fixtures.

`python -m testbed up` starts Docker, MariaDB and RabbitMQ from Debian's packages; `testbed.services()` tells where.
"""

from __future__ import annotations

from testbed.errors import ServiceError
from testbed.services import LeftOut, Services, left_out, services

__all__ = ["LeftOut", "ServiceError", "Services", "left_out", "services"]
