/** What differs between two jobs, line by line. Pure. */
import type { Job } from "@/api/types";
import { plain } from "@/blocks/log-viewer/ansi";
import { joinArguments } from "@/lib/arguments";
import { bytes, duration, shortDigest } from "@/lib/format";
import { startedHow, startFigure } from "./words";

export type Difference = { name: string; a: string; b: string; differs: boolean };

const FACTS: [name: string, of: (job: Job) => string][] = [
  ["Status", (job) => job.status],
  ["Reason", (job) => job.reason ?? ""],
  ["Script", (job) => job.script.name],
  ["Version", (job) => String(job.version.number)],
  ["Image", (job) => job.image.name],
  ["Image digest", (job) => shortDigest(job.image.reference)],
  ["Arguments", (job) => joinArguments(job.arguments)],
  ["Started", startedHow],
  ["Took", (job) => (job.duration_s === null ? "" : duration(job.duration_s))],
  ["Start", startFigure],
  ["Peak memory", (job) => (job.peak_memory_bytes === null ? "" : bytes(job.peak_memory_bytes))],
  ["Processor time", (job) => (job.cpu_seconds === null ? "" : duration(job.cpu_seconds))],
  ["Log", (job) => bytes(job.log_size)],
  ["Attempts", (job) => String(job.attempt)],
  ["Time limit", (job) => duration(job.limits.time_limit_s)],
  ["Memory limit", (job) => `${job.limits.memory_mb} MB`],
  ["Cores", (job) => String(job.limits.cpus)],
  ["Network", (job) => job.network],
  ["Worker", (job) => job.worker ?? ""],
];

/** Every fact that either of them has, then each variable of the environment. */
export function differences(a: Job, b: Job): Difference[] {
  const names = [...new Set([...Object.keys(a.environment), ...Object.keys(b.environment)])].sort();
  const variables = names.map((name): (typeof FACTS)[number] => [`${name} =`, (job) => job.environment[name] ?? ""]);
  return [...FACTS, ...variables]
    .map(([name, of]) => ({ name, a: of(a), b: of(b), differs: of(a) !== of(b) }))
    .filter((row) => row.a !== "" || row.b !== "");
}

const OWN = /^(\[scripter\] job )[0-9a-f-]{36}: /;

/** A printed log as it can be compared: without colours, and without the number that every job has its own of. */
export function comparable(log: string): string {
  return log
    .split("\n")
    .map((line) => plain(line).replace(OWN, "$1"))
    .join("\n");
}
