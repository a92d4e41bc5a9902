"""Log files: where they lie, how they are read and searched, and how builds write them. Used by jobs and images."""

from __future__ import annotations

from scripter.logstore.files import Chunk, NotALog, create, follow, notice, open_log, read, size, tail
from scripter.logstore.records import Line, as_text, parse, plain
from scripter.logstore.search import ERRORS, Bounds, Found, Hit, Wanted, find, sought
from scripter.logstore.store import LogStore
from scripter.logstore.writer import Writer

__all__ = [
    "ERRORS", "Bounds", "Chunk", "Found", "Hit", "Line", "LogStore", "NotALog", "Wanted", "Writer",
    "as_text", "create", "find", "follow", "notice", "open_log", "parse", "plain", "read", "size", "sought", "tail",
]  # fmt: skip
