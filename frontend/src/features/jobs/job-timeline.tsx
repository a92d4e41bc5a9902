/** The way of a job: each state that it was in, for how long, and why it left it. */
import { useQuery } from "@tanstack/react-query";
import type { Job } from "@/api/types";
import { isFinalJob, jobTone } from "@/blocks/status";
import { moment } from "@/lib/dates";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { Card } from "@/ui/card";
import { jobEventsQuery } from "./api";
import classes from "./jobs.module.css";
import { phasesOf, secondsOf, shares, type Phase } from "./timeline";

const WORDS: Partial<Record<Job["status"], string>> = { queued: "Waiting", starting: "Starting", running: "Running" };

export function JobTimeline({ job }: { job: Job }) {
  const { data } = useQuery(jobEventsQuery(job.id));
  const phases = phasesOf(data?.items ?? []);
  if (phases.length === 0) return null;
  return (
    <Card title="What happened">
      <Bar phases={phases.filter(({ state }) => !isFinalJob(state))} />
      <ol className={classes.steps}>
        {phases.map((phase) => (
          <Step key={phase.id} phase={phase} attempts={job.max_attempts > 1} />
        ))}
      </ol>
    </Card>
  );
}

/** For the eye alone: the list says the same in words. */
function Bar({ phases }: { phases: Phase[] }) {
  // Asked again only when a second has gone by, so that what lasts grows.
  const now = useNow((at) => Math.floor(at / 1000) * 1000);
  const parts = shares(phases, now);
  return (
    <div className={classes.bar} aria-hidden>
      {phases.map((phase, index) => (
        <i key={phase.id} data-tone={jobTone(phase.state)} style={{ width: `${parts[index]}%` }} />
      ))}
    </div>
  );
}

function Step({ phase, attempts }: { phase: Phase; attempts: boolean }) {
  const over = isFinalJob(phase.state);
  const word = WORDS[phase.state] ?? phase.state.charAt(0).toUpperCase() + phase.state.slice(1);
  return (
    <li className={classes.step} data-tone={jobTone(phase.state)}>
      <span>
        <b>{word}</b>
        {attempts && !over && <span className={classes.side}>{` · attempt ${phase.attempt}`}</span>}
      </span>
      <span className={classes.side} title={moment(phase.from)}>
        {over ? <time dateTime={phase.from}>{moment(phase.from)}</time> : <Lasted phase={phase} />}
      </span>
      {phase.why && <span className={classes.why}>{phase.why}</span>}
    </li>
  );
}

function Lasted({ phase }: { phase: Phase }) {
  const words = useNow((now) => duration(phase.to === null ? Math.floor(secondsOf(phase, now)) : secondsOf(phase, now)));
  return <>{words}</>;
}
