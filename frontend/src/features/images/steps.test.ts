import { describe, expect, test } from "vitest";
import type { Build, BuildStep } from "@/api/types";
import { openStep, shownSteps } from "./steps";

const step = (number: number, change: Partial<BuildStep> = {}): BuildStep => ({
  number,
  instruction: `RUN ${number}`,
  seconds: 1,
  line: number,
  began_at: "2026-11-22T05:00:00Z",
  cached: false,
  log_start: number * 100,
  ...change,
});
const build = (status: Build["status"], ...steps: BuildStep[]) => ({ status, steps }) as Build;
const states = (of: Build) => shownSteps(of).map(({ state }) => state);

describe("the steps of a build", () => {
  test("the last one runs while the build does, and stands open", () => {
    const running = build("running", step(1, { cached: true }), step(2, { seconds: null }));
    expect(states(running)).toEqual(["kept", "running"]);
    expect(openStep(running)).toBe(2);
  });

  test("the last one is where a build failed or was stopped", () => {
    expect(states(build("failed", step(1), step(2)))).toEqual(["done", "failed"]);
    expect(openStep(build("failed", step(1), step(2)))).toBe(2);
    expect(states(build("cancelled", step(1)))).toEqual(["stopped"]);
  });

  test("of a good build none stands open", () => {
    expect(states(build("succeeded", step(1), step(2)))).toEqual(["done", "done"]);
    expect(openStep(build("succeeded", step(1)))).toBeNull();
  });

  test("each has the log from its own beginning to that of the next", () => {
    expect(shownSteps(build("succeeded", step(1), step(2))).map(({ part }) => part)).toEqual([
      { start: 100, end: 200 },
      { start: 200, end: null },
    ]);
  });

  test("the labels that Scripter adds are left out once they are done", () => {
    const label = step(2, { instruction: "LABEL scripter.build=7", line: null });
    expect(states(build("succeeded", step(1), label))).toEqual(["done"]);
    expect(states(build("failed", step(1), label))).toEqual(["done", "failed"]);
  });

  test("of a build of earlier days nobody knows where a step's log begins", () => {
    expect(shownSteps(build("succeeded", step(1, { log_start: null })))[0]?.part).toBeNull();
  });
});
