import { expect, test } from "vitest";
import { schedule } from "@/testing/schedules";
import { catchUpWords, graceWords, overlapWords, periodWords, policySummary, span, stateOf } from "./words";

const NOW = Date.parse("2026-11-22T05:00:00Z");

test.each([
  [1, "1 second"],
  [90, "90 seconds"],
  [600, "10 minutes"],
  [7_200, "2 hours"],
  [86_400, "1 day"],
  [0, "0 seconds"],
])("%d seconds are %s", (seconds, words) => expect(span(seconds)).toBe(words));

test("policies are sentences", () => {
  const told = schedule();
  expect(overlapWords({ overlap: "queue", overlap_limit: 2 })).toContain("at most 2 runs may wait");
  expect(overlapWords({ overlap: "allow", overlap_limit: 1 })).toBe("One run at a time; more are skipped.");
  expect(catchUpWords({ ...told, catch_up: "all", catch_up_cap: 3 })).toBe("Up to 3 missed runs are made up for, oldest first, if they are at most 1 day old.");
  expect(graceWords({ grace_s: 0 })).toContain("late at all");
  expect(policySummary(told)).toBe(`${overlapWords(told)} ${catchUpWords(told)}`);
  expect(policySummary({ ...told, jitter_s: 120, grace_s: 300, blackouts: [{}] })).toMatch(/5 minutes late.*up to 2 minutes.*1 blackout\.$/);
});

test("periods read as people say them", () => {
  const none = { weekly: null, date: null, from: null, to: null, reason: "" };
  const weekly = (days: string[], from: string, to: string) => periodWords({ ...none, weekly: { days, from, to } }, "UTC");
  expect(weekly(["sat", "sun"], "22:00", "06:00")).toBe("Sat and Sun from 22:00 to 06:00");
  expect(weekly(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "00:00", "00:00")).toBe("every day, all day");
  expect(periodWords({ ...none, date: "2026-12-25" }, "UTC")).toBe("Fri, 25 Dec 2026");
  expect(periodWords({ ...none, from: "2026-12-24T17:00:00Z", to: "2026-12-26T17:00:00Z" }, "Europe/Paris")).toBe(
    "Thu, 24 Dec 2026, 18:00 to Sat, 26 Dec 2026, 18:00",
  );
});

test("a schedule stands in one state, the strongest one", () => {
  expect(stateOf(schedule(), false, NOW)).toBe("on");
  expect(stateOf(schedule(), true, NOW)).toBe("paused");
  expect(stateOf(schedule({ enabled: false }), true, NOW)).toBe("off");
  expect(stateOf(schedule({ next: [], enabled: false }), true, NOW)).toBe("ended");
  expect(stateOf(schedule({ trouble: "The zone Mars/Base is not known.", next: [] }), false, NOW)).toBe("broken");
  expect(stateOf(schedule({ starts_at: "2026-12-01T00:00:00Z" }), false, NOW)).toBe("waiting");
});
