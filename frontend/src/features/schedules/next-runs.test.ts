import { expect, test } from "vitest";
import { localWords } from "./next-runs";

test("a due time reads as the wall clock of its own zone", () => {
  expect(localWords("2026-03-29T03:00:00+02:00")).toBe("Sun, Mar 29, 2026, 03:00 (UTC+02:00)");
  expect(localWords("2026-03-29T03:00:00Z")).toContain("03:00 (UTC)");
  expect(localWords("2026-03-29T03:00")).toContain("03:00 (UTC)");
});

test("what cannot be read is shown as it came", () => {
  expect(localWords("soon")).toBe("soon");
});
