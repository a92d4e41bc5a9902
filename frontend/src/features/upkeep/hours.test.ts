import { expect, test } from "vitest";
import type { EndedHour } from "@/api/types";
import { columnsOf, totals } from "./hours";

const ended = (at: string, change: Partial<EndedHour> = {}): EndedHour => ({ at, status: "succeeded", jobs: 1, mean_s: 2, ...change });

test("an hour in which nothing ended has its column, too", () => {
  const columns = columnsOf([ended("2026-11-22T06:00:00Z")], "2026-11-22T05:00:00Z", "2026-11-22T07:30:00Z", "24h");
  expect(columns.map(({ jobs }) => jobs.succeeded ?? 0)).toEqual([0, 1, 0]);
});

test("of a month the hours of one day are one column", () => {
  const [, noon] = [new Date(2026, 10, 22, 0), new Date(2026, 10, 22, 12)].map((at) => at.toISOString());
  const since = new Date(2026, 10, 21, 1).toISOString();
  const items = [ended(noon ?? "", { jobs: 3 }), ended(new Date(2026, 10, 22, 13).toISOString(), { status: "failed", mean_s: null })];
  const columns = columnsOf(items, since, new Date(2026, 10, 22, 14).toISOString(), "30d");
  expect(columns).toHaveLength(2);
  expect(columns[1]).toMatchObject({ jobs: { succeeded: 3, failed: 1 }, meanS: 2 });
});

test("the mean is that of all jobs, and none where none had begun", () => {
  const at = "2026-11-22T05:00:00Z";
  const of = (...items: EndedHour[]) => columnsOf(items, at, at, "24h")[0]?.meanS;
  expect(of(ended(at, { jobs: 3, mean_s: 1 }), ended(at, { status: "failed", jobs: 1, mean_s: 5 }))).toBe(2);
  expect(of(ended(at, { status: "cancelled", mean_s: null }))).toBeNull();
});

test("the lost count among the failed", () => {
  const at = "2026-11-22T05:00:00Z";
  const columns = columnsOf([ended(at, { jobs: 5 }), ended(at, { status: "failed" }), ended(at, { status: "lost" })], at, at, "24h");
  expect(totals(columns)).toEqual({ jobs: 7, failed: 2 });
});
