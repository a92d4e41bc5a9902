/** One schedule in a list: what it is, when it runs next, how it went lately, and its switch. */
import { User } from "lucide-react";
import { Link } from "react-router";
import type { Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { JobStatusPill, OutcomePill } from "@/blocks/status";
import { duration } from "@/lib/format";
import { TextLink } from "@/ui/link-button";
import { Time } from "@/ui/time";
import { nameOf } from "../words";
import classes from "../schedules.module.css";
import { ScheduleSwitch } from "./schedule-switch";
import { Sparkline } from "./sparkline";
import { NextRun } from "./when";

type Props = { schedule: Schedule; showScript: boolean; showOwner: boolean; allPaused: boolean };

export function ScheduleRow({ schedule, showScript, showOwner, allPaused }: Props) {
  return (
    <li className={classes.row}>
      <div className={classes.about}>
        <Link to={paths.schedule(schedule.id)} className={classes.name}>
          {nameOf(schedule)}
        </Link>
        <div className={classes.dim}>
          {showScript && (
            <>
              <TextLink to={paths.script(schedule.script.id, "schedules")} className={classes.above}>
                {schedule.script.name}
              </TextLink>
              {(schedule.name || schedule.kind === "cron") && " · "}
            </>
          )}
          <Detail schedule={schedule} />
          {showOwner && (
            <>
              {" · "}
              <Owner name={schedule.owner?.name} />
            </>
          )}
        </div>
      </div>
      <div className={classes.next}>
        <NextRun schedule={schedule} allPaused={allPaused} />
      </div>
      <div className={classes.lately}>
        <Sparkline runs={schedule.recent} />
        <LastResult schedule={schedule} />
      </div>
      <div className={classes.above}>
        <ScheduleSwitch schedule={schedule} />
      </div>
    </li>
  );
}

/** What the first line does not say: the words where it is a name, and the crontab line. */
function Detail({ schedule: { name, words, kind, cron } }: { schedule: Schedule }) {
  return (
    <>
      {name && words}
      {name && kind === "cron" && " · "}
      {kind === "cron" && <code>{cron}</code>}
    </>
  );
}

function Owner({ name = "nobody" }: { name?: string }) {
  return (
    <span className={classes.owner} title={`Owner: ${name}`}>
      <User size={12} role="img" aria-label="Owner" />
      {name}
    </span>
  );
}

/** The last due time if it did not run, or else the last job. */
export function LastResult({ schedule: { last, recent } }: { schedule: Schedule }) {
  if (last && (last.outcome === "missed" || last.outcome === "skipped")) {
    return (
      <span className={classes.result} title={last.reason ?? undefined}>
        <OutcomePill outcome={last.outcome} /> <Time at={last.due_at} />
      </span>
    );
  }
  const job = recent.at(-1);
  if (!job) return <span className={classes.dim}>has not run yet</span>;
  return (
    <span className={classes.result}>
      <Link to={paths.job(job.job_id)} className={classes.above} aria-label={`Job ${job.job_id}, ${job.status}`}>
        <JobStatusPill status={job.status} />
      </Link>
      {job.duration_ms !== null && <span className={classes.dim}>{duration(job.duration_ms / 1000)}</span>}
    </span>
  );
}
