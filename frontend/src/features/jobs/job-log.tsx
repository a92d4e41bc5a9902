/** The log of a job or of one of its attempts, live. */
import { useQueryClient } from "@tanstack/react-query";
import type { Attempt, Job } from "@/api/types";
import type { LineSpan } from "@/blocks/log-viewer/lines";
import { LogViewer } from "@/blocks/log-viewer/log-viewer";
import { paths } from "@/blocks/paths";
import { BASE } from "@/lib/base";
import { jobKeys } from "./api";
import { reasonOf } from "./words";

type Props = {
  job: Job;
  /** The attempt whose section is shown; null shows all. */
  attempt?: Attempt | null;
  tall?: boolean;
  /** The lines to open at. */
  line?: LineSpan | null;
  onLine?: (line: string) => void;
  /** Somebody wants to see this line of a traceback's file. */
  onFrame?: (path: string, line: number) => void;
};

export function JobLog({ job, attempt = null, tall = false, line, onLine, onFrame }: Props) {
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
      line={line}
      address={(chosen) => BASE + paths.job(job.id, attempt?.number, chosen)}
      onLine={onLine}
      onFrame={onFrame}
    />
  );
}
