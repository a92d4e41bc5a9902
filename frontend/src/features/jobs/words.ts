/** What a job's state means, in a sentence. Pure. */
import type { Job } from "@/api/types";
import { TRIGGERS } from "@/blocks/status";

/** Why the job is where it is. The server's own reason always comes first. */
export function reasonOf(job: Job): string {
  if (job.reason) return job.reason;
  switch (job.status) {
    case "queued":
      return job.queue_position ? `Waiting for a free place: number ${job.queue_position} in the queue.` : "Waiting for a free place.";
    case "starting":
      return "Its container is being started.";
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

/** `by ada, by hand` | `by schedule`. */
export function startedHow(job: Job): string {
  return job.started_by ? `${TRIGGERS[job.trigger]}, ${job.started_by.name}` : TRIGGERS[job.trigger];
}
