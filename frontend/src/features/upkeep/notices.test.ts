import { expect, test } from "vitest";
import type { System } from "@/api/types";
import { noticesOf } from "./notices";

const worker = { name: "w", pool: "default", places: 4, running: 0, seen_at: "2026-11-22T05:00:00Z", alive: true, runner: "docker" };
const healthy: System = {
  version: "0.1.0",
  mode: "embedded",
  runner: { kind: "docker", isolates: true, notice: null },
  clock: { last_tick_at: null, late: false },
  workers: [worker],
  queue: { kind: "in-process", reachable: true },
  disk: { free_mb: 50_000, min_free_mb: 1_000, shortage: null },
};
const titles = (change: Partial<System>) => noticesOf({ ...healthy, ...change }).map((notice) => notice.title);

test("a healthy installation has nothing to say", () => {
  expect(titles({})).toEqual([]);
});

test("a runner that does not isolate is said plainly, in the server's words", () => {
  const [notice] = noticesOf({ ...healthy, runner: { kind: "local", isolates: false, notice: "No engine answers." } });
  expect(notice).toEqual({ title: "Jobs are not isolated", text: "No engine answers." });
});

test("no living worker, a late clock and a silent queue are each said", () => {
  expect(titles({ workers: [{ ...worker, alive: false }] })).toEqual(["No worker is running"]);
  expect(titles({ clock: { last_tick_at: null, late: true } })).toEqual(["The clock has not ticked yet"]);
  expect(titles({ clock: { last_tick_at: "2026-11-22T05:00:00Z", late: true } })).toEqual([]);
  expect(titles({ queue: { kind: "rabbitmq", reachable: false } })).toEqual(["The queue does not answer"]);
});

test("a disk without room is said with what is wanting", () => {
  const disk = { free_mb: 10, min_free_mb: 1_000, shortage: "10 MB are free, 1000 MB are needed" };
  expect(noticesOf({ ...healthy, disk })).toEqual([
    { title: "Too little room on the disk", text: "Jobs and builds wait: 10 MB are free, 1000 MB are needed." },
  ]);
});
