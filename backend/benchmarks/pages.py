"""What the pages weigh and how quickly they answer, in headless Chromium, on the stack of the other measurements."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

from playwright.sync_api import Page, Response

import testbed
from benchmarks import page_editor, page_log
from benchmarks.workload import Workload, figure
from testbed import pages
from testbed.person import NAME, PASSWORD

# The parts that need a page of their own; each gives its figures by their names, whose end is the unit.
PARTS: tuple[Callable[[Page, Workload], Mapping[str, float]], ...] = (page_editor.measure, page_log.measure)


def measure(workload: Workload) -> None:
    """Print `first_load_js_kb` and `editor_chunk_kb` (gzip, as a proxy sends them), and the figures of all parts."""
    with pages.browser(testbed.services().chromium) as browser:
        context = browser.new_context(base_url=workload.stack.url, viewport={"width": 1280, "height": 850})
        page = context.new_page()
        pages.log_in(page, NAME, PASSWORD)
        for name, value in _weights(page, workload).items():
            figure(name, value, "kB")
        for part in PARTS:
            page = context.new_page()
            for name, value in part(page, workload).items():
                figure(name, value, name.rpartition("_")[2])
            page.close()


def _weights(page: Page, workload: Workload) -> dict[str, float]:
    """Of all JavaScript that the overview loads, and of what the editor loads beyond that."""
    overview = _scripts(page, "/")
    editor = _scripts(page, f"/scripts/{workload.script_id}")
    beyond = {address: size for address, size in editor.items() if address not in overview}
    return {"first_load_js_kb": sum(overview.values()) / 1000, "editor_chunk_kb": sum(beyond.values()) / 1000}


def _scripts(page: Page, address: str) -> dict[str, int]:
    """The scripts that a page loads when nothing is kept, with their compressed sizes in bytes."""
    found: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.request.resource_type == "script" and answer.ok:
            found[answer.url] = len(gzip.compress(answer.body(), 6))

    page.on("response", weigh)
    page.goto(address)
    pages.settle(page)
    page.wait_for_load_state("load")
    page.remove_listener("response", weigh)
    return found
