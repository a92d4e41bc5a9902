/** While a job waits to be tried again: which attempt comes next, and a countdown to it. */
import { Text } from "@mantine/core";
import type { Job } from "@/api/types";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { Notice } from "@/ui/notice";
import { attemptOf } from "./words";

export function NextAttempt({ job }: { job: Job }) {
  if (job.status !== "queued" || job.retry_at === null) return null;
  const last = job.attempts.at(-1);
  return (
    <Notice tone="info" title={<Countdown job={job} at={job.retry_at} />}>
      {last && (
        <Text size="sm">
          Attempt {last.number} {last.status}
          {last.reason && `: ${last.reason}`}.
        </Text>
      )}
    </Notice>
  );
}

function Countdown({ job, at }: { job: Job; at: string }) {
  const words = useNow((now) => beginsWhen(attemptOf(job), at, now));
  // A clock is not read out at each second.
  return <span aria-live="off">{words}</span>;
}

/** `Attempt 2 of 4 begins in 14 s.` */
export function beginsWhen(attempt: string, at: string, now: number): string {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  const when = seconds > 0 ? `in ${duration(seconds)}` : "as soon as it is its turn";
  return `${attempt.charAt(0).toUpperCase()}${attempt.slice(1)} begins ${when}.`;
}
