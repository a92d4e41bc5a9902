import { expect, test } from "vitest";
import { localWords, otherClocks, untilWords } from "./dues";

test("a due time reads as the wall clock of its own zone", () => {
  expect(localWords("2026-03-29T03:00:00+02:00")).toBe("Sun, 29 Mar 2026, 03:00");
  expect(localWords("2026-03-29T03:00:30Z")).toBe("Sun, 29 Mar 2026, 03:00:30");
  expect(localWords("2026-03-29T03:00")).toBe("Sun, 29 Mar 2026, 03:00");
});

test("what cannot be read is shown as it came", () => {
  expect(localWords("soon")).toBe("soon");
});

test("only clocks that differ are told beside it, with the day where it is another", () => {
  const at = "2026-11-22T02:00:00Z";
  expect(otherClocks(at, "UTC", "UTC")).toEqual([]);
  expect(otherClocks(at, "Europe/Paris", "Europe/Berlin")).toEqual(["02:00 UTC"]);
  expect(otherClocks(at, "UTC", "Asia/Tokyo")).toEqual(["11:00 on your clock"]);
  expect(otherClocks(at, "Europe/Paris", "America/New_York")).toEqual(["02:00 UTC", "Sat, 21 Nov 2026, 21:00 on your clock"]);
});

test("what is far away is told in days", () => {
  const now = Date.parse("2026-11-22T05:00:00Z");
  expect([untilWords("2026-12-02T05:00:00Z", now), untilWords("2026-11-22T07:00:00Z", now)]).toEqual(["in 10 days", "in 2 hr."]);
});
