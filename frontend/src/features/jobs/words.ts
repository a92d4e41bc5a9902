/** What a job's state means, in a sentence. Pure. */
import type { Attempt, Job } from "@/api/types";
import { TRIGGERS } from "@/blocks/status";
import { duration } from "@/lib/format";

/** Why the job is where it is. The server's own reason always comes first. */
export function reasonOf(job: Job): string {
  if (job.reason) return job.reason;
  switch (job.status) {
    case "queued":
      return waiting(job);
    case "starting":
      return job.runner === "docker" ? "Its container is being started." : "Its process is being started.";
    case "running":
      return job.cancel_requested_at ? "Asked to stop." : "It runs.";
    case "succeeded":
      return "It ended with exit code 0.";
    case "failed":
      return job.exit_code === null ? "It failed." : `It ended with exit code ${job.exit_code}.`;
    case "cancelled":
      return "It was cancelled.";
    case "lost":
      return "What became of it is not known.";
  }
}

function waiting({ waits_for, queue_position }: Job): string {
  const place = queue_position === null ? "" : ` Number ${queue_position} in the queue.`;
  return waits_for === null ? `Waiting for a free place.${place}` : `Waiting: ${waits_for}.${place}`;
}

/** `attempt 2 of 4` where there is or may be more than one, else nothing. */
export function attemptOf({ attempt, max_attempts }: Pick<Job, "attempt" | "max_attempts">): string {
  return max_attempts > 1 ? `attempt ${attempt} of ${max_attempts}` : "";
}

/** What a job has to itself: a container, or without Docker a process of the worker's machine. */
type Runner = Job["runner"];

/** `warm start, 38 ms`; nothing where nothing was started. A process is never kept ready, and so only begun. */
export function startInWords({ start_kind, start_ms }: Pick<Attempt, "start_kind" | "start_ms">, runner: Runner): string {
  if (!start_kind) return "";
  const start = runner === "docker" ? `${start_kind} start` : "start";
  return start_ms === null ? start : `${start}, ${duration(start_ms / 1000)}`;
}

/** The same where its name stands beside it: `warm, 38 ms`. */
export function startFigure({ start_kind, start_ms, runner }: Pick<Job, "start_kind" | "start_ms" | "runner">): string {
  if (!start_kind) return "";
  const parts = [runner === "docker" && start_kind, start_ms !== null && duration(start_ms / 1000)];
  return parts.filter(Boolean).join(", ");
}

/** What that means. */
export function startMeaning({ start_kind }: Pick<Attempt, "start_kind">, runner: Runner): string {
  if (!start_kind) return "";
  if (runner === "local") return "as a process of its own";
  return start_kind === "warm" ? "a container stood ready for it" : "a container had to be made for it";
}

/** What it can reach. */
export function networkInWords({ network, runner }: Pick<Job, "network" | "runner">): string {
  return (runner === "local" ? LOCAL_NETWORKS[network] : NETWORKS[network]) ?? network;
}

const NETWORKS: Record<string, string> = {
  none: "none",
  egress: "egress (can reach the internet only)",
  bridge: "bridge (can reach the network and the internet)",
};
const LOCAL_NETWORKS: Record<string, string> = { ...NETWORKS, none: "none (where the worker's machine can keep a process from it)" };

/** `by ada, by hand` | `by schedule`. */
export function startedHow(job: Job): string {
  return job.started_by ? `${TRIGGERS[job.trigger]}, ${job.started_by.name}` : TRIGGERS[job.trigger];
}

/** What it has to itself, from `self:7`, `global`, `key:mail`. */
export function restrictionInWords(restriction: string): string {
  const [kind, ...rest] = restriction.split(":");
  if (kind === "self") return "script: one job of it at a time";
  if (kind === "global") return "place of the global scripts: one of all of them at a time";
  return `key ${rest.join(":")}: one job with it at a time`;
}

/** Why it did not wait for whoever held that, and who said so. */
export function besideWords({ override_reason, started_by }: Pick<Job, "override_reason" | "started_by">): string {
  return `because ${started_by?.name ?? "whoever started it"} said: ${override_reason}`;
}
