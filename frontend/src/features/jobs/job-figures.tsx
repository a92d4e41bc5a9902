/** The few numbers that a job comes down to: how long it took and waited, what it used, how it started. */
import type { ReactNode } from "react";
import type { Job } from "@/api/types";
import { elapsed } from "@/lib/dates";
import { bytes, duration } from "@/lib/format";
import cards from "@/ui/ui.module.css";
import { Elapsed } from "@/ui/time";
import classes from "./jobs.module.css";
import { startFigure, startMeaning } from "./words";

export function JobFigures({ job }: { job: Job }) {
  const { started_at, finished_at, peak_memory_bytes, cpu_seconds, limits } = job;
  const took = started_at && finished_at ? elapsed(started_at, finished_at, 0) : null;
  return (
    <dl className={`${cards.card} ${classes.figures}`} aria-label="Figures">
      <Figure name={started_at && !finished_at ? "Runs for" : "Took"} note={`limit ${duration(limits.time_limit_s)}`}>
        {started_at && <Elapsed from={started_at} to={finished_at} />}
      </Figure>
      <Figure name="Waited" note={waitedFor(job)}>
        <Elapsed from={job.created_at} to={started_at ?? finished_at} />
      </Figure>
      <Figure name="Start" note={startMeaning(job, job.runner)}>
        {startFigure(job)}
      </Figure>
      <Figure name="Peak memory" note={`limit ${limits.memory_mb} MB`}>
        {peak_memory_bytes !== null && bytes(peak_memory_bytes)}
      </Figure>
      <Figure name="Processor time" note={busy(cpu_seconds, took, limits.cpus)}>
        {cpu_seconds !== null && duration(cpu_seconds)}
      </Figure>
    </dl>
  );
}

type FigureProps = { name: string; note: string; children: ReactNode };

function Figure({ name, note, children }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      <dd>
        {children || "–"}
        <small>{note}</small>
      </dd>
    </div>
  );
}

function waitedFor(job: Job): string {
  return job.attempt > 1 ? "with pauses between attempts" : "until the script began";
}

/** `31 % of 2 cores`. */
function busy(cpu: number | null, took: number | null, cores: number): string {
  const limit = `${cores} core${cores === 1 ? "" : "s"}`;
  if (cpu === null || !took) return `limit ${limit}`;
  return `${Math.round((cpu / took / cores) * 100)} % of ${limit}`;
}
