"""Log files: where they lie, how they are read by byte offset, how builds write them. Used by jobs and images."""

from __future__ import annotations

from scripter.logstore.files import Chunk, NotALog, create, follow, read, tail
from scripter.logstore.records import Line, parse, plain
from scripter.logstore.store import LogStore
from scripter.logstore.writer import Writer

__all__ = ["Chunk", "Line", "LogStore", "NotALog", "Writer", "create", "follow", "parse", "plain", "read", "tail"]
