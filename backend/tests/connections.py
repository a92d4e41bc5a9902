"""Ends a runner's connections. A worker keeps them for as long as it lives; a test that leaves one open disturbs others."""

from __future__ import annotations

from scripter.runners.docker import DockerRunner
from scripter.runners.protocol import Runner


def hang_up(runner: Runner) -> None:
    if isinstance(runner, DockerRunner) and (client := runner._engine._client) is not None:
        client.close()
