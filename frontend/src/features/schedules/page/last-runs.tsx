/** What became of the due times that came last, newest first. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill, OutcomePill } from "@/blocks/status";
import { duration } from "@/lib/format";
import { shortly } from "@/lib/zones";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { TextLink } from "@/ui/link-button";
import { Time } from "@/ui/time";
import { occurrencesQuery, type Occurrence } from "../api";
import { Sparkline } from "../list/sparkline";
import classes from "../schedules.module.css";

const SHOWN = 10;

export function LastRuns({ schedule }: { schedule: Schedule }) {
  const { data, error } = useQuery(occurrencesQuery(schedule));
  const past = (data?.items ?? []).filter((one) => one.outcome !== "planned").slice(0, SHOWN);
  const jobs = new Map(schedule.recent.map((one) => [one.job_id, one]));
  return (
    <Card title="Last runs" side={<Sparkline runs={schedule.recent} />}>
      <ErrorAlert error={error} />
      {data && past.length === 0 && <Text size="sm">Nothing has been due yet.</Text>}
      <ul className={classes.runs} aria-label="Last runs">
        {past.map((one) => (
          <Run key={one.id} one={one} zone={schedule.zone} job={one.job_id === null ? undefined : jobs.get(one.job_id)} />
        ))}
      </ul>
    </Card>
  );
}

type RunProps = { one: Occurrence; zone: string; job: Schedule["recent"][number] | undefined };

function Run({ one, zone, job }: RunProps) {
  return (
    <li>
      <span>{shortly(one.due_at, zone)}</span>
      <span className={classes.dim}>
        <Time at={one.due_at} />
      </span>
      {(one.outcome !== "ran" || !job) && <OutcomePill outcome={one.outcome} />}
      {one.job_id !== null && <TextLink to={paths.job(one.job_id)}>job #{one.job_id}</TextLink>}
      {job && <JobStatusPill status={job.status} />}
      {typeof job?.duration_ms === "number" && <span className={classes.dim}>{duration(job.duration_ms / 1000)}</span>}
      {one.reason && <span className={classes.reason}>{one.reason}</span>}
    </li>
  );
}
