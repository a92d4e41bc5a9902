"""The one error of the testbed; every part of it raises it, the command line prints it."""

from __future__ import annotations


class ServiceError(Exception):
    """A service of the tests could not be started, found or stopped. The message says what to do."""
