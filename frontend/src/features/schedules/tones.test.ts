import { expect, test } from "vitest";
import { failedWords, fillOf, outcomeWords, sharesOf, toneOf, type Counts } from "./tones";

const counts = (change: Partial<Counts>): Counts => ({ planned: 0, ran: 0, caught_up: 0, skipped: 0, missed: 0, failed: 0, ...change });

test("one hole among a thousand runs is still seen", () => {
  const [hole, rest] = sharesOf(counts({ ran: 1439, missed: 1 }));
  expect(hole?.[0]).toBe("bad");
  expect(hole?.[1]).toBeGreaterThan(0.15);
  expect(rest).toEqual(["good", 1]);
});

test("what failed is told apart from what went well, and from what never took place", () => {
  expect(sharesOf(counts({ ran: 4, failed: 1 })).map(([tone]) => tone)).toEqual(["fail", "good"]);
  expect(sharesOf(counts({ ran: 1, caught_up: 1, failed: 2, missed: 1 })).map(([tone]) => tone)).toEqual(["bad", "fail"]);
  const said = counts({ missed: 1, ran: 2, failed: 1, planned: 3 });
  expect(outcomeWords(said).join(", ") + failedWords(said)).toBe("1 missed, 2 ran, 3 to come; 1 failed");
});

test("what should be looked at first decides", () => {
  const told = [{ planned: 1 }, { planned: 1, ran: 1 }, { ran: 1, skipped: 1 }, { ran: 1, failed: 1, skipped: 1 }, { failed: 1, ran: 1, missed: 1 }, {}];
  expect(told.map((one) => toneOf(counts(one)))).toEqual(["plan", "good", "warn", "fail", "bad", "none"]);
});

test("colours go from top to bottom, and what failed is hatched", () => {
  expect(fillOf(counts({ ran: 1, planned: 1 }))).toMatch(/^linear-gradient\(var\(--tone-good\) 0% 50%, var\(--tone-plan\) 50% 100%\), /);
  expect(fillOf(counts({ ran: 1, failed: 1 }))).toBe("linear-gradient(transparent 0% 100%), var(--tone-fail)");
  expect(fillOf(undefined)).toContain("var(--tone-none) 0% 100%");
});
