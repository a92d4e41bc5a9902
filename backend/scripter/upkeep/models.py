"""The rows of upkeep: the workers that are, or lately were, alive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from scripter.lib.db import IDS_ONCE, Base, Id, UtcDateTime


class WorkerRow(Base):
    """One run of a worker process, kept fresh by its own heartbeat."""

    __tablename__ = "workers"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The run, unique for ever: `<name>:<random>`.
    run: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    pool: Mapped[str] = mapped_column(String(60), default="default")
    runner: Mapped[str] = mapped_column(String(20))
    isolates: Mapped[bool]
    # What people must know about this runner; empty if there is nothing to warn of.
    notice: Mapped[str] = mapped_column(String(1000))
    engine_answers: Mapped[bool]
    places: Mapped[int]
    running: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
