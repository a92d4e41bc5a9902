/** The top of a job's page: how it stands, and what can be done with it. */
import { Box, Button } from "@mantine/core";
import { RotateCcw } from "lucide-react";
import type { Job } from "@/api/types";
import { paths } from "@/blocks/paths";
import { isFinalJob, JobStatusPill } from "@/blocks/status";
import { TextLink } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { toast, toastError } from "@/ui/toast";
import { isTooMany, TooMany } from "@/ui/too-many";
import { useRunAgain } from "./api";
import { CancelButton } from "./cancel-button";
import { reasonOf } from "./words";

export function JobHeader({ job, onStarted }: { job: Job; onStarted: (job: Job) => void }) {
  const again = useRunAgain();
  const started = (next: Job) => {
    toast(`Started job ${next.id}.`);
    onStarted(next);
  };
  const failed = (error: Error) => {
    if (!isTooMany(error)) toastError(error);
  };
  const run = () => again.mutate(job, { onSuccess: started, onError: failed });
  return (
    <>
      <PageHeader
        title={`Job #${job.id}`}
        status={<JobStatusPill status={job.status} />}
        about={
          <span role="status">
            <TextLink to={paths.script(job.script.id)} size="sm">
              {job.script.name}
            </TextLink>
            : {reasonOf(job)}
          </span>
        }
      >
        <CancelButton job={job} />
        {isFinalJob(job.status) && (
          <Button leftSection={<RotateCcw size={16} />} loading={again.isPending} onClick={run}>
            Run again
          </Button>
        )}
      </PageHeader>
      <Box mb="md">
        <TooMany sending={again} onAgain={run} />
      </Box>
    </>
  );
}
