import { expect, test } from "vitest";
import { indexAt, spanFrom, spanText, stretched, within } from "./lines";
import { appendText, NO_CARRY } from "./parse";

test("an address names one line or several, and nothing else", () => {
  expect(spanFrom("40")).toEqual({ from: 40, to: 40 });
  expect(spanFrom("90-40")).toEqual({ from: 40, to: 90 });
  for (const none of [null, "", "x", "-1", "1-", "1e3", "9".repeat(16)]) expect(spanFrom(none)).toBeNull();
  expect(spanText({ from: 40, to: 40 })).toBe("40");
  expect(spanText({ from: 40, to: 90 })).toBe("40-90");
});

test("a span is stretched to either side", () => {
  expect(stretched(null, 40)).toEqual({ from: 40, to: 40 });
  expect(stretched({ from: 40, to: 40 }, 90)).toEqual({ from: 40, to: 90 });
  expect(stretched({ from: 40, to: 40 }, 10)).toEqual({ from: 10, to: 40 });
  expect(within({ from: 10, to: 40 }, 40)).toBe(true);
  expect(within({ from: 10, to: 40 }, 41)).toBe(false);
});

test("a place inside a line is that of the next one, past the end that of the last", () => {
  const line = "2026-11-22T04:45:40.000000000Z stdout F x\n";
  const [lines] = appendText([], line.repeat(3), 0, NO_CARRY);
  expect([0, 1, line.length, 10 * line.length].map((offset) => indexAt(lines, offset))).toEqual([0, 1, 1, 2]);
  expect(indexAt([], 5)).toBe(-1);
});
