/** Due times with what became of each: reasons in words, links to jobs. Used by the ledger and the week calendar. */
import type { JobStatus } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill, OutcomePill } from "@/blocks/status";
import { duration } from "@/lib/format";
import { clockOf } from "@/lib/zones";
import { TextLink } from "@/ui/link-button";
import type { Entry } from "./api";
import classes from "./schedules.module.css";

/** Later than this is worth a word. */
const LATE_MS = 1_000;

export function EntryList({ entries, zone, names = false }: { entries: Entry[]; zone: string; names?: boolean }) {
  return (
    <ol className={classes.runs} aria-label="Due times">
      {entries.map((one) => (
        <li key={`${one.schedule.id} ${one.due_at}`}>
          <time dateTime={one.due_at}>{clockOf(one.due_at, zone)}</time>
          {names && <TextLink to={paths.schedule(one.schedule.id)}>{one.schedule.name}</TextLink>}
          {names && <span className={classes.dim}>{one.script.name}</span>}
          <OutcomePill outcome={one.outcome} />
          <JobOf id={one.job_id} status={one.job_status} />
          {one.late_ms !== null && one.late_ms > LATE_MS && <span className={classes.dim}>{duration(one.late_ms / 1000)} late</span>}
          {one.reason && <span className={classes.reason}>{one.reason}</span>}
        </li>
      ))}
    </ol>
  );
}

function JobOf({ id, status }: { id: number | null; status: JobStatus | null }) {
  if (id === null) return null;
  return (
    <>
      <TextLink to={paths.job(id)}>job #{id}</TextLink>
      {status && <JobStatusPill status={status} />}
    </>
  );
}
