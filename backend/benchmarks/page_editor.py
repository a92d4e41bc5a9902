"""The editor: how soon a key is on the screen in a long file, and how soon names are offered. Called by `pages`."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from benchmarks.workload import Workload

LINES = 3_000
KEYS = 200
COMPLETIONS = 40
SLOW_MS = 60_000

# A frame has been painted when the task after its animation callbacks runs.
WATCH_KEYS = """() => {
  window.keyTimes = [];
  addEventListener("keydown", () => {
    const began = performance.now();
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => keyTimes.push(performance.now() - began);
      channel.port2.postMessage(null);
    });
  }, true);
}"""
WATCH_NAMES = """() => {
  window.nameTimes = [];
  let began = null;
  addEventListener("keydown", (event) => { if (event.key === ".") began = performance.now(); }, true);
  new MutationObserver(() => {
    if (began === null || !document.querySelector(".cm-tooltip-autocomplete li")) return;
    nameTimes.push(performance.now() - began);
    began = null;
  }).observe(document.body, { childList: true, subtree: true });
}"""


def measure(page: Page, workload: Workload) -> dict[str, float]:
    """`keystroke_p95_ms` and `completion_p95_ms`; `page` is logged in."""
    page.set_default_timeout(SLOW_MS)
    page.goto(f"/scripts/{_script(workload)}")
    editor = page.get_by_role("textbox", name="Code of main.py")
    expect(editor).to_be_visible(timeout=SLOW_MS)
    return {"keystroke_p95_ms": _keystrokes(page), "completion_p95_ms": _completions(page)}


def _script(workload: Workload) -> int:
    body = "".join(f"def step_{n}(value: int) -> int:\n    return value + {n}\n\n" for n in range(LINES // 3))
    files = [{"path": "main.py", "content": f"import json\n\n{body}"}]
    made = workload.stack.call("POST", "/scripts", {"name": "Long", "image_id": workload.image_id, "files": files})
    return int(made["id"])


def _keystrokes(page: Page) -> float:
    """Typed in the middle of the file, as quickly as people do."""
    editor = page.get_by_role("textbox", name="Code of main.py")
    editor.click()
    page.keyboard.press("Control+Home")
    for _ in range(20):
        page.keyboard.press("PageDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.evaluate(WATCH_KEYS)
    page.keyboard.type("# a comment of some words ".ljust(KEYS, "x"), delay=50)
    _until(page, "keyTimes", KEYS)
    return _p95(page.evaluate("keyTimes"))


def _completions(page: Page) -> float:
    """From the dot behind a module to the names of it, once the helper is warm."""
    names = page.locator(".cm-tooltip-autocomplete li").first
    page.keyboard.press("Control+End")
    page.keyboard.type("json.")
    while not names.is_visible():
        page.keyboard.press("Control+Space")
        page.wait_for_timeout(500)
    page.evaluate(WATCH_NAMES)
    for done in range(1, COMPLETIONS + 1):
        page.keyboard.press("Escape")
        page.keyboard.press("Backspace")
        page.keyboard.type(".")
        _until(page, "nameTimes", done)
    return _p95(page.evaluate("nameTimes"))


def _until(page: Page, times: str, count: int) -> None:
    """Asked again and again: the browser's own way to wait is one that the pages' security policy forbids."""
    while page.evaluate(f"{times}.length") < count:
        page.wait_for_timeout(20)


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]
