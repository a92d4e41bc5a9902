"""The command line: `scripter`. Most of it is a client of the HTTP API; `server` holds the commands that serve."""

from scripter.cli.main import main

__all__ = ["main"]
