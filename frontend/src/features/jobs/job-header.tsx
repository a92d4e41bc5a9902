/** The top of a job's page: how it stands, and what can be done with it. */
import { ActionIcon, Box, Button, Menu } from "@mantine/core";
import { ChevronDown, GitCompareArrows, RotateCcw } from "lucide-react";
import type { Job } from "@/api/types";
import { paths } from "@/blocks/paths";
import { isFinalJob, JobStatusPill } from "@/blocks/status";
import { LinkButton, TextLink } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { toast, toastError } from "@/ui/toast";
import { isTooMany, TooMany } from "@/ui/too-many";
import { useRunAgain, type Again } from "./api";
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
  const run = (version: Again["version"]) => again.mutate({ job, version }, { onSuccess: started, onError: failed });
  return (
    <>
      <PageHeader title={`Job #${job.id}`} status={<JobStatusPill status={job.status} />} about={<About job={job} />}>
        <CancelButton job={job} />
        <LinkButton variant="default" to={paths.compareJobs(job.id)} leftSection={<GitCompareArrows size={16} aria-hidden />}>
          Compare
        </LinkButton>
        {isFinalJob(job.status) && <RunAgain job={job} busy={again.isPending} onRun={run} />}
      </PageHeader>
      <Box mb="md">
        <TooMany sending={again} onAgain={() => run(again.variables?.version ?? "same")} />
      </Box>
    </>
  );
}

function About({ job }: { job: Job }) {
  return (
    <span role="status">
      <TextLink to={paths.script(job.script.id)} size="sm">
        {job.script.name}
      </TextLink>
      : {reasonOf(job)}
      {job.waits_for_job_id !== null && (
        <>
          {" "}
          <TextLink to={paths.job(job.waits_for_job_id)} size="sm">
            To job {job.waits_for_job_id}
          </TextLink>
        </>
      )}
    </span>
  );
}

type RunProps = { job: Job; busy: boolean; onRun: (version: Again["version"]) => void };

/** As it ran is what one means most; the script may have become another one since. */
function RunAgain({ job, busy, onRun }: RunProps) {
  return (
    <Button.Group>
      <Button leftSection={<RotateCcw size={16} aria-hidden />} loading={busy} onClick={() => onRun("same")}>
        Run again
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={36} variant="filled" aria-label="Which version to run" style={{ borderRadius: "0 8px 8px 0", marginLeft: 1 }}>
            <ChevronDown size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>With the same arguments</Menu.Label>
          <Menu.Item onClick={() => onRun("same")}>{`Version ${job.version.number}, as this job`}</Menu.Item>
          <Menu.Item onClick={() => onRun("latest")}>The latest version</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}
