import { expect, test } from "vitest";
import type { Counts } from "../tones";
import { countWords, dayLabel, stripOf, troublesOf, uncountedOf } from "./ledger-days";

const counts = (change: Partial<Counts>): Counts => ({ planned: 0, ran: 0, caught_up: 0, skipped: 0, missed: 0, failed: 0, ...change });

test("a strip is twelve whole weeks, and ends with the one after today", () => {
  const days = stripOf("2026-11-22", 0);
  expect([days[0], days.at(-1), days.length]).toEqual(["2026-09-07", "2026-11-29", 84]);
  expect(stripOf("2026-11-22", 8).at(-1)).toBe("2026-10-04");
});

test("a day says what became of it, holes first", () => {
  expect(dayLabel("2026-11-22", counts({ ran: 23, missed: 1 }))).toBe("Sunday 22 November 2026: 1 missed, 23 ran");
  expect(dayLabel("2026-11-22", counts({ ran: 23, failed: 2 }))).toBe("Sunday 22 November 2026: 23 ran; 2 failed");
  expect(countWords(undefined)).toBe("nothing due");
  expect([troublesOf(counts({ missed: 1, skipped: 2, ran: 5, failed: 1 })), troublesOf(undefined)]).toEqual([4, 0]);
});

test("of what runs very often not all that is to come is counted, and that is said", () => {
  const days = ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"];
  const day = (date: string, planned: number) => ({ ...counts({ planned }), day: date });
  expect([...uncountedOf(days, [day("2026-11-22", 561), day("2026-11-23", 1440)])]).toEqual(["2026-11-23", "2026-11-24", "2026-11-25"]);
  expect(uncountedOf(days, [day("2026-11-23", 24)]).size).toBe(0);
  expect(dayLabel("2026-11-24", undefined, true)).toBe("Tuesday 24 November 2026: so many to come that they are not counted");
  const today = dayLabel("2026-11-22", counts({ ran: 5, failed: 1, planned: 561 }), true);
  expect(today).toBe("Sunday 22 November 2026: 5 ran; 1 failed; so many to come that they are not counted");
});
