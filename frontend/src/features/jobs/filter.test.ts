import { expect, test } from "vitest";
import { filterFrom, queryOf, searchFrom, toLocal } from "./filter";

const round = (text: string) => new URLSearchParams(searchFrom(filterFrom(new URLSearchParams(text)))).toString();

test("an address says every filter, and says the same again", () => {
  const text = "status=failed&trigger=schedule&period=24h&script=7&image=3&person=2&version=5";
  expect(round(text)).toBe(text);
  expect(filterFrom(new URLSearchParams(text))).toMatchObject({ status: "failed", script_id: 7, image_id: 3, started_by_id: 2, version: 5 });
});

test("what an address says that cannot be is left out", () => {
  expect(round("status=nice&trigger=&script=0&image=x&person=-1&period=1y&since=then")).toBe("");
});

test("a period is a moment only when the server is asked", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(queryOf({ period: "24h" }, now)).toMatchObject({ since: "2026-11-21T12:00:00.000Z" });
  expect(queryOf({ since: "2026-11-01T00:00:00.000Z" }, now)).toEqual({ since: "2026-11-01T00:00:00.000Z" });
});

test("a moment is shown in the reader's zone and kept to the minute", () => {
  const iso = "2026-11-22T12:30:00.000Z";
  expect(new Date(toLocal(iso)).toISOString()).toBe(iso);
  expect(toLocal(undefined)).toBe("");
});
