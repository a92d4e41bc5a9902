/** The log of a job, live. */
import { useQueryClient } from "@tanstack/react-query";
import type { Job } from "@/api/types";
import { LogViewer } from "@/blocks/log-viewer/log-viewer";
import { jobKeys } from "./api";

export function JobLog({ job, tall = false }: { job: Job; tall?: boolean }) {
  const cache = useQueryClient();
  const refresh = () => {
    void cache.invalidateQueries({ queryKey: jobKeys.one(job.id) });
    void cache.invalidateQueries({ queryKey: jobKeys.events(job.id) });
  };
  return (
    <LogViewer
      key={job.id}
      of={{ kind: "job", id: job.id }}
      label={`Log of job ${job.id}`}
      startedAt={job.started_at}
      waiting={job.status === "queued" ? "Waiting for a free place …" : "Nothing printed yet …"}
      onEnd={refresh}
      tall={tall}
    />
  );
}
