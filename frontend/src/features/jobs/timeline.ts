/** The way of a job as spans of time, from the changes of its state. Pure. */
import type { JobEvent, JobStatus } from "@/api/types";

export type Phase = {
  id: number;
  state: JobStatus;
  from: string;
  /** Null while it lasts; the end of a job lasts no time. */
  to: string | null;
  why: string;
  attempt: number;
};

/** What is said when a job goes back to wait for another attempt; a start that was taken back says something else. */
const NEXT = /attempt (\d+) of \d+ begins/;

/** Oldest first. */
export function phasesOf(events: readonly JobEvent[]): Phase[] {
  const ordered = [...events].sort((one, other) => one.id - other.id);
  let attempt = 1;
  return ordered.map((event, index) => {
    attempt = Number(NEXT.exec(event.why)?.[1] ?? attempt);
    return { id: event.id, state: event.now, from: event.at, to: ordered[index + 1]?.at ?? null, why: event.why, attempt };
  });
}

/** Seconds that a phase lasted, or has lasted up to `now`. */
export function secondsOf({ from, to }: Pick<Phase, "from" | "to">, now: number): number {
  return Math.max(0, ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
}

/** How much of a line each phase takes, in percent; what lasted shortly keeps a share that can be seen. */
export function shares(phases: readonly Phase[], now: number): number[] {
  const LEAST = 2;
  const lasting = phases.map((phase) => secondsOf(phase, now));
  const all = lasting.reduce((sum, one) => sum + one, 0) || 1;
  const raised = lasting.map((one) => Math.max(LEAST, (one / all) * 100));
  const sum = raised.reduce((total, one) => total + one, 0);
  return raised.map((one) => (one / sum) * 100);
}
