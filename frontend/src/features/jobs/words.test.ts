import { expect, test } from "vitest";
import { attempt, job } from "@/testing/things";
import { beginsWhen } from "./next-attempt";
import { attemptOf, besideWords, networkInWords, reasonOf, startFigure, startInWords, startMeaning } from "./words";

const queued = (change: Parameters<typeof job>[0]) => job({ status: "queued", started_at: null, ...change });

test("the server's reason comes first; without one the state is said in a sentence", () => {
  expect(reasonOf(job({ status: "failed", reason: "timed out after 60 s" }))).toBe("timed out after 60 s");
  expect(reasonOf(queued({ queue_position: 2 }))).toBe("Waiting for a free place. Number 2 in the queue.");
  expect(reasonOf(job({ status: "failed", exit_code: 3 }))).toContain("exit code 3");
  expect(reasonOf(job({ status: "lost" }))).toContain("not known");
});

test("a job that is passed over says what it waits for", () => {
  const waits_for = "3 of 3 jobs of this script are running";
  expect(reasonOf(queued({ waits_for, queue_position: 5 }))).toBe(
    "Waiting: 3 of 3 jobs of this script are running. Number 5 in the queue.",
  );
});

test("who had a job run in spite of a restriction is told, and why", () => {
  expect(besideWords(job({ override_reason: "The first one hangs." }))).toBe("because ada said: The first one hangs.");
});

test("attempts are counted only where there may be several", () => {
  expect(attemptOf(job())).toBe("");
  expect(attemptOf(job({ attempt: 2, max_attempts: 4 }))).toBe("attempt 2 of 4");
});

test.each([
  ["warm", 38, "warm start, 38 ms"],
  ["cold", 1371, "cold start, 1.4 s"],
  ["cold", null, "cold start"],
  [null, null, ""],
])("a %s start of %s ms reads %s", (start_kind, start_ms, words) => {
  expect(startInWords(attempt(1, { start_kind, start_ms }), "docker")).toBe(words);
});

test("a job without Docker is a process, and nothing of it speaks of a container that there never was", () => {
  const local = job({ status: "starting", runner: "local", start_kind: "cold", start_ms: 38 });
  const told = [reasonOf(local), startInWords(local, "local"), startMeaning(local, "local"), networkInWords(local)];
  expect(told).toEqual([
    "Its process is being started.",
    "start, 38 ms",
    "as a process of its own",
    "none (where the worker's machine can keep a process from it)",
  ]);
  const contained = job({ ...local, runner: "docker" });
  expect([reasonOf(contained), startFigure(local), startFigure(contained), startMeaning(contained, "docker"), networkInWords(contained)]).toEqual([
    "Its container is being started.",
    "38 ms",
    "cold, 38 ms",
    "a container had to be made for it",
    "none",
  ]);
});

test("the next attempt is counted down to, and then waits like any other job", () => {
  const at = "2026-11-22T05:00:14Z";
  const now = Date.parse("2026-11-22T05:00:00Z");
  expect(beginsWhen("attempt 2 of 4", at, now)).toBe("Attempt 2 of 4 begins in 14 s.");
  expect(beginsWhen("attempt 2 of 4", at, now + 13_200)).toBe("Attempt 2 of 4 begins in 1 s.");
  expect(beginsWhen("attempt 2 of 4", at, now + 20_000)).toBe("Attempt 2 of 4 begins as soon as it is its turn.");
});
