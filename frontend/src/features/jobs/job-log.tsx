/** The log of a job or of one of its attempts, live. */
import { useQueryClient } from "@tanstack/react-query";
import type { Attempt, Job } from "@/api/types";
import { LogViewer } from "@/blocks/log-viewer/log-viewer";
import { jobKeys } from "./api";
import { reasonOf } from "./words";

type Props = {
  job: Job;
  /** The attempt whose section is shown; null shows all. */
  attempt?: Attempt | null;
  tall?: boolean;
};

export function JobLog({ job, attempt = null, tall = false }: Props) {
  const cache = useQueryClient();
  const refresh = () => {
    void cache.invalidateQueries({ queryKey: jobKeys.one(job.id) });
    void cache.invalidateQueries({ queryKey: jobKeys.events(job.id) });
  };
  const section = attempt ? { start: attempt.log_start, end: attempt.log_end } : undefined;
  return (
    <LogViewer
      key={`${job.id} ${section?.start} ${section?.end}`}
      of={{ kind: "job", id: job.id, section }}
      label={attempt ? `Log of job ${job.id}, attempt ${attempt.number}` : `Log of job ${job.id}`}
      startedAt={(attempt ?? job).started_at}
      waiting={job.status === "queued" ? reasonOf(job) : "Nothing printed yet …"}
      onEnd={refresh}
      tall={tall}
    />
  );
}
