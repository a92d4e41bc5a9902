import { expect, test } from "vitest";
import { fit } from "./match";

test("every word that was typed must be found, in any order and case", () => {
  expect(fit("REPORT night", "nightly-report")).toBeGreaterThan(0);
  expect(fit("report weekly", "nightly-report")).toBe(0);
});

test("the beginning of a name counts more than that of a word, and that more than what is inside", () => {
  const points = ["report-daily", "daily-report", "unreported"].map((name) => fit("report", name));
  expect(points).toEqual([...points].sort((a, b) => b - a));
  expect(new Set(points).size).toBe(3);
});

test("where nothing was typed everything fits", () => {
  expect(fit("  ", "anything")).toBe(1);
});
