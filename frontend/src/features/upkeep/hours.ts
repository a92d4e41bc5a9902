/** Ended jobs as a chart's columns: every hour or day of a span has one, also when nothing ended. Pure. */
import type { EndedHour, JobStatus } from "@/api/types";

export const SPANS = ["24h", "7d", "30d"] as const;
export type Span = (typeof SPANS)[number];

export const SPAN_WORDS: Record<Span, string> = { "24h": "24 hours", "7d": "7 days", "30d": "30 days" };
export const SPAN_HOURS: Record<Span, number> = { "24h": 24, "7d": 7 * 24, "30d": 30 * 24 };

export type Column = { at: number; jobs: Partial<Record<JobStatus, number>>; meanS: number | null };

const HOUR_S = 3600;

/** Hours up to a week; of a month days, as the reader's calendar has them. `at` is in seconds since 1970. */
export function columnsOf(items: EndedHour[], since: string, until: string, span: Span): Column[] {
  const start = span === "30d" ? startOfDay : startOfHour;
  const columns = new Map<number, EndedHour[]>();
  for (let at = Date.parse(since) / 1000; at <= Date.parse(until) / 1000; at += HOUR_S) columns.set(start(at), []);
  for (const one of items) columns.get(start(Date.parse(one.at) / 1000))?.push(one);
  return [...columns].map(([at, ended]) => ({ at, jobs: counts(ended), meanS: mean(ended) }));
}

function startOfHour(at: number): number {
  return at - (at % HOUR_S);
}

function startOfDay(at: number): number {
  return new Date(at * 1000).setHours(0, 0, 0, 0) / 1000;
}

function counts(ended: EndedHour[]): Column["jobs"] {
  const found: Column["jobs"] = {};
  for (const { status, jobs } of ended) found[status] = (found[status] ?? 0) + jobs;
  return found;
}

/** Of all jobs together: an hour with a hundred jobs weighs more than one with a single job. */
function mean(ended: EndedHour[]): number | null {
  const timed = ended.flatMap(({ mean_s, jobs }) => (mean_s === null ? [] : [{ mean_s, jobs }]));
  const jobs = timed.reduce((sum, one) => sum + one.jobs, 0);
  return jobs === 0 ? null : timed.reduce((sum, one) => sum + one.mean_s * one.jobs, 0) / jobs;
}

export function totals(columns: Column[]): { jobs: number; failed: number } {
  const sum = (of: (jobs: Column["jobs"]) => number) => columns.reduce((all, one) => all + of(one.jobs), 0);
  return {
    jobs: sum((jobs) => Object.values(jobs).reduce((all, count) => all + count, 0)),
    failed: sum((jobs) => (jobs.failed ?? 0) + (jobs.lost ?? 0)),
  };
}
