/** /jobs/12: one job, live. */
import { SimpleGrid, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { JobStatusPill } from "@/blocks/status";
import { jobQuery } from "@/features/jobs/api";
import { CancelButton, RunAgainButton } from "@/features/jobs/job-actions";
import { JobEvents, JobFacts } from "@/features/jobs/job-facts";
import { JobLog } from "@/features/jobs/job-log";
import { reasonOf } from "@/features/jobs/words";
import { TextLink } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";

export const loader = ({ params }: LoaderFunctionArgs) => queryClient.ensureQueryData(jobQuery(idFrom(params.id)));

export function Component() {
  const id = idFrom(useParams().id);
  const navigate = useNavigate();
  const { data: job } = useSuspenseQuery(jobQuery(id));
  return (
    <>
      <PageHeader
        title={`Job #${id}`}
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
        <RunAgainButton job={job} onStarted={(next) => void navigate(paths.job(next.id))} />
      </PageHeader>
      <Stack>
        <JobLog job={job} tall />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <JobFacts job={job} />
          <JobEvents id={id} />
        </SimpleGrid>
      </Stack>
    </>
  );
}
