import { expect, test } from "vitest";
import type { JobEvent } from "@/api/types";
import { phasesOf, secondsOf, shares } from "./timeline";

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, second)).toISOString();
const event = (id: number, second: number, was: JobEvent["was"], now: JobEvent["now"], why = ""): JobEvent => ({ id, at: at(second), was, now, why });

const TRIED_TWICE = [
  event(6, 30, "running", "succeeded"),
  event(1, 0, null, "queued"),
  event(2, 1, "queued", "starting"),
  event(3, 2, "starting", "running"),
  event(4, 10, "running", "queued", "exit 1; attempt 2 of 3 begins in 10 s"),
  event(5, 20, "queued", "starting"),
];

test("each phase lasts until the next one begins, and a second attempt is told apart", () => {
  const phases = phasesOf(TRIED_TWICE);
  expect(phases.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual([
    "queued 1", "starting 1", "running 1", "queued 2", "starting 2", "succeeded 2",
  ]);
  expect(phases.map((phase) => secondsOf(phase, Date.parse(at(30))))).toEqual([1, 1, 8, 10, 10, 0]);
});

test("a start that is taken back is no attempt", () => {
  const phases = phasesOf([event(1, 0, null, "queued"), event(2, 1, "queued", "starting"), event(3, 2, "starting", "queued")]);
  expect(phases.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
});

test("a phase that lasts grows, and even the shortest can be seen", () => {
  const phases = phasesOf([event(1, 0, null, "queued"), event(2, 0, "queued", "starting"), event(3, 0, "starting", "running")]);
  const parts = shares(phases, Date.parse(at(50)));
  expect(parts.reduce((sum, one) => sum + one)).toBeCloseTo(100);
  expect(parts[0]).toBeGreaterThan(1);
  expect(parts[2]).toBeGreaterThan(90);
});
