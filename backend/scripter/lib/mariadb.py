"""A connection to MariaDB or MySQL that is made in no time. `db` opens all of its own with it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import pymysql

from scripter.lib import tls


class _Connection(pymysql.Connection):
    """PyMySQL speaks TLS with a server that offers it, asked or not, and unasked it believes any certificate. Yet it
    reads those of all the system's authorities first, anew for every connection: 40 ms of computing."""

    _unchecked = tls.unchecked()

    def _create_ssl_ctx(self, wanted: ssl.SSLContext | Mapping[str, object]) -> ssl.SSLContext:
        if not wanted:
            return self._unchecked
        made: ssl.SSLContext = super()._create_ssl_ctx(wanted)  # type: ignore[misc]  # not in its stubs
        return made


def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> pymysql.Connection[Any]:
    """What SQLAlchemy's event `do_connect` asks for."""
    return _Connection(*arguments, **named)
