/** /jobs/12?attempt=2: one job, live; with an attempt, its section of the log. */
import { SimpleGrid, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearchParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { jobQuery } from "@/features/jobs/api";
import { Attempts } from "@/features/jobs/attempts";
import { JobEvents, JobFacts } from "@/features/jobs/job-facts";
import { JobHeader } from "@/features/jobs/job-header";
import { JobLog } from "@/features/jobs/job-log";
import { NextAttempt } from "@/features/jobs/next-attempt";

export const loader = ({ params }: LoaderFunctionArgs) => queryClient.ensureQueryData(jobQuery(idFrom(params.id)));

export function Component() {
  const id = idFrom(useParams().id);
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const { data: job } = useSuspenseQuery(jobQuery(id));
  const attempt = job.attempts.find(({ number }) => String(number) === search.get("attempt")) ?? null;
  return (
    <>
      <JobHeader key={id} job={job} onStarted={(next) => void navigate(paths.job(next.id))} />
      <Stack>
        <NextAttempt job={job} />
        <Attempts job={job} selected={attempt?.number ?? null} />
        <JobLog job={job} attempt={attempt} tall />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <JobFacts job={job} />
          <JobEvents id={id} />
        </SimpleGrid>
      </Stack>
    </>
  );
}
