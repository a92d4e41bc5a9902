"""The agent's files in a slot: there at every moment once they are there, whoever puts them again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripter.runners import places
from scripter.runners.docker_agent import CODE, SOURCE, AgentFiles


def test_a_slot_has_the_agent_at_every_moment_while_many_prepare_it(tmp_path: Path) -> None:
    slot = tmp_path / "slot"
    slot.mkdir()
    agents = [AgentFiles(tmp_path) for _ in range(4)]
    agents[0].put(slot)
    over = threading.Event()

    def read() -> set[bytes]:
        seen = set()
        while not over.is_set():
            seen.add((slot / SOURCE).read_bytes())
        return seen

    with ThreadPoolExecutor(len(agents) + 1) as pool:
        reader = pool.submit(read)
        try:
            for _ in range(200):
                list(pool.map(lambda one: one.put(slot), agents))
        finally:
            over.set()
        assert reader.result() == {places.AGENT.read_bytes()}
    assert {one.name for one in slot.iterdir()} == {SOURCE, CODE}


def test_an_agent_that_lies_in_the_slot_already_is_replaced(tmp_path: Path) -> None:
    (tmp_path / SOURCE).write_text("of another version")
    AgentFiles(tmp_path / "data").put(tmp_path)
    assert (tmp_path / SOURCE).read_bytes() == places.AGENT.read_bytes()
