"""The log viewer: how soon a very large log is shown, and what the tab holds while one goes on. Called by `pages`."""

from __future__ import annotations

import os
import statistics
from typing import Any

from playwright.sync_api import Page, expect

from benchmarks.logs import PRINTING, grow
from benchmarks.workload import ENDS, Workload, add_script, log_path, percentile

OPENED = 10
SLOW_MS = 120_000
# The tab is watched for so long; a thorough look takes thirty.
MINUTES = float(os.environ.get("SCRIPTER_BENCH_LOG_MINUTES", "2"))
SAMPLE_S = 5
LINES_PER_S = 500

GOING_ON = f"""\
import time
end = time.monotonic() + {MINUTES * 90 + 300}
number = 0
while time.monotonic() < end:
    for _ in range({LINES_PER_S // 10}):
        number += 1
        print(f"{{number}} \\x1b[32mok\\x1b[0m a line as services print them, of a length that is usual for it")
    print(end="", flush=True)
    time.sleep(0.1)
"""

# From the click to the frame in which the last lines of the log are painted.
WATCH = """() => {
  const root = document.documentElement;
  let began = null;
  addEventListener("click", () => { began = performance.now(); delete root.dataset.shownAfter; }, true);
  new MutationObserver(() => {
    if (began === null || !document.querySelector('[role="log"] [data-index]')) return;
    const clicked = began;
    began = null;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { root.dataset.shownAfter = performance.now() - clicked; };
      channel.port2.postMessage(null);
    });
  }).observe(document.body, { childList: true, subtree: true });
}"""


def measure(page: Page, workload: Workload) -> dict[str, float]:
    """`log_1gb_first_screen_ms`, `log_tab_mb` and `log_tab_growth_mb`; `page` is logged in."""
    page.set_default_timeout(SLOW_MS)
    return {"log_1gb_first_screen_ms": _first_screen_ms(page, workload), **_tab(page, workload)}


def _first_screen_ms(page: Page, workload: Workload) -> float:
    script = add_script(workload.stack, "Large log", workload.image_id, PRINTING)
    job = workload.stack.call("POST", f"/scripts/{script}/jobs", {})["id"]
    workload.stack.wait_for(f"/jobs/{job}", ENDS)
    log = log_path(workload.stack, script, job)
    assert log is not None
    grow(log)
    taken = []
    page.goto(f"/jobs?script={script}")
    page.evaluate(WATCH)
    for _ in range(OPENED):
        page.get_by_role("link", name=f"Large log #{job}").click()
        # Told by an attribute: what waits for a value evaluates text, which the pages forbid.
        shown = page.locator("html[data-shown-after]")
        shown.wait_for(state="attached")
        taken.append(float(shown.get_attribute("data-shown-after") or "nan"))
        page.go_back()
        expect(page.get_by_role("list", name="Jobs")).to_be_visible()
    log.unlink()
    return percentile(taken, 0.95)


def _tab(page: Page, workload: Workload) -> dict[str, float]:
    """The page's own memory over a log that it follows: at its most, and how much more at the end than at the start."""
    script = add_script(workload.stack, "Going on", workload.image_id, GOING_ON)
    job = workload.stack.call("POST", f"/scripts/{script}/jobs", {})["id"]
    page.goto(f"/jobs/{job}")
    expect(page.get_by_role("log")).to_contain_text("a line as services print them")
    session = page.context.new_cdp_session(page)
    # Until as many lines are held as ever will be, memory grows as it should.
    page.wait_for_timeout(60_000)
    held = []
    for _ in range(max(4, int(MINUTES * 60 / SAMPLE_S))):
        page.wait_for_timeout(SAMPLE_S * 1000)
        held.append(_heap_mb(session))
    workload.stack.call("POST", f"/jobs/{job}/cancel")
    quarter = len(held) // 4
    growth = statistics.mean(held[-quarter:]) - statistics.mean(held[:quarter])
    return {"log_tab_mb": max(held), "log_tab_growth_mb": growth}


def _heap_mb(session: Any) -> float:
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
