import { expect, test } from "vitest";
import { clockTime, sinceStart } from "./log-time";

const at = "2026-11-22T04:46:44.663659768Z";

test("the clock shows the reader's wall time with milliseconds", () => {
  expect(clockTime(at)).toMatch(/^\d\d:46:44\.663$/);
});

test("the time since the start counts minutes, seconds and milliseconds", () => {
  expect(sinceStart(at, "2026-11-22T04:45:40.453Z")).toBe("+1:04.210");
});

test("a line from before the start counts as its beginning, one without time has none", () => {
  expect(sinceStart(at, "2026-11-22T04:47:00Z")).toBe("+0:00.000");
  expect(sinceStart("", "2026-11-22T04:47:00Z")).toBe("");
  expect(sinceStart(at, null)).toBe("");
});
