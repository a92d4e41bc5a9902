"""The editor: how soon a key is on the screen in a long file, and how soon names are offered. Called by `pages`."""

from __future__ import annotations

from typing import cast

from playwright.sync_api import Locator, Page, expect

from benchmarks.workload import Workload, percentile

LINES = 3_000
# Written in the middle of the file, as quickly as people do, with all the help that comes by itself.
TYPED = "total = first_value + second_value * 3  # what is written by hand, word by word " * 3
BETWEEN_MS = 50
COMPLETIONS = 40
SLOW_MS = 120_000

# A frame has been painted when the task after its animation callbacks runs. How many times there are is told by an
# attribute: what waits for a value evaluates text, which the pages forbid.
WATCH = """() => {
  const root = document.documentElement;
  const times = (window.benchTimes = []);
  const painted = (began) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { root.dataset.benchTimes = times.push(performance.now() - began); };
    channel.port2.postMessage(null);
  });
"""
WATCH_KEYS = f"""{WATCH}
  addEventListener("keydown", () => painted(performance.now()), true);
}}"""
WATCH_NAMES = f"""{WATCH}
  let began = null;
  addEventListener("keydown", (event) => {{ if (event.key === ".") began = performance.now(); }}, true);
  new MutationObserver(() => {{
    if (began === null || !document.querySelector(".cm-tooltip-autocomplete li")) return;
    painted(began);
    began = null;
  }}).observe(document.body, {{ childList: true, subtree: true }});
}}"""


def measure(page: Page, workload: Workload) -> dict[str, float]:
    """`keystroke_p95_ms` and `completion_p95_ms`; `page` is logged in."""
    page.set_default_timeout(SLOW_MS)
    address = f"/scripts/{_script(workload)}"
    return {"keystroke_p95_ms": _keystrokes(page, address), "completion_p95_ms": _completions(page, address)}


def _script(workload: Workload) -> int:
    body = "".join(f"def step_{n}(value: int) -> int:\n    return value + {n}\n\n" for n in range(LINES // 3))
    files = [{"path": "main.py", "content": f"import json\n\n{body}"}]
    made = workload.stack.call("POST", "/scripts", {"name": "Long", "image_id": workload.image_id, "files": files})
    return int(made["id"])


def _keystrokes(page: Page, address: str) -> float:
    """From the key to the frame with its letter."""
    editor = _opened(page, address)
    for _ in range(20):
        editor.press("PageDown")
    editor.press("End")
    editor.press("Enter")
    page.evaluate(WATCH_KEYS)
    page.keyboard.type(TYPED, delay=BETWEEN_MS)
    return _p95(page, len(TYPED))


def _completions(page: Page, address: str) -> float:
    """From the dot behind a module to the frame with its names, once the helper is warm."""
    editor = _opened(page, address)
    names = page.locator(".cm-tooltip-autocomplete")
    editor.press("Control+End")
    page.keyboard.type("json.")
    expect(names).to_be_visible(timeout=SLOW_MS)
    page.evaluate(WATCH_NAMES)
    for number in range(1, COMPLETIONS + 1):
        page.keyboard.press("Escape")
        page.keyboard.press("Backspace")
        expect(names).to_have_count(0)
        page.keyboard.type(".")
        page.locator(f'html[data-bench-times="{number}"]').wait_for(state="attached")
    return _p95(page, COMPLETIONS)


def _opened(page: Page, address: str) -> Locator:
    page.goto(address)
    editor = page.get_by_role("textbox", name="Code of main.py")
    editor.press("Control+Home")
    return editor


def _p95(page: Page, count: int) -> float:
    page.locator(f'html[data-bench-times="{count}"]').wait_for(state="attached")
    return percentile(cast(list[float], page.evaluate("benchTimes")), 0.95)
