/** Jobs as a list; on the jobs page, a script's page and the overview. */
import type { ReactNode } from "react";
import type { Job } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill } from "@/blocks/status";
import { Row, Rows } from "@/ui/rows";
import { Tag } from "@/ui/tag";
import { Elapsed, Time } from "@/ui/time";
import classes from "./jobs.module.css";
import { attemptOf, reasonOf, startedHow } from "./words";

type Props = {
  jobs: Job[];
  label: string;
  /** What stands at the side of a job to choose it by. */
  choice?: (job: Job) => ReactNode;
};

export function JobRows({ jobs, label, choice }: Props) {
  return (
    <Rows label={label}>
      {jobs.map((job) => (
        <Row
          key={job.id}
          to={paths.job(job.id)}
          name={`${job.script.name} #${job.id}`}
          note={
            <>
              {job.status !== "succeeded" && `${reasonOf(job)} · `}
              {job.attempt > 1 && `${attemptOf(job)} · `}
              {startedHow(job)}
            </>
          }
          side={
            <>
              {job.priority !== 0 && <Tag>{`priority ${job.priority}`}</Tag>}
              {job.started_at && <Elapsed from={job.started_at} to={job.finished_at} />}
              <span className={classes.when}>
                <Time at={job.created_at} />
              </span>
              <span className={classes.state}>
                <JobStatusPill status={job.status} />
              </span>
              {choice?.(job)}
            </>
          }
        />
      ))}
    </Rows>
  );
}
