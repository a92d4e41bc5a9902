/** /jobs/12?attempt=2&line=4096: one job, live; with an attempt, its section of the log; with a line, there. */
import { SimpleGrid, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearchParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { spanFrom } from "@/blocks/log-viewer/lines";
import { paths } from "@/blocks/paths";
import { jobQuery } from "@/features/jobs/api";
import { Attempts } from "@/features/jobs/attempts";
import { JobFacts } from "@/features/jobs/job-facts";
import { JobFigures } from "@/features/jobs/job-figures";
import { JobHeader } from "@/features/jobs/job-header";
import { JobLog } from "@/features/jobs/job-log";
import { JobTimeline } from "@/features/jobs/job-timeline";
import { NextAttempt } from "@/features/jobs/next-attempt";

export const loader = ({ params }: LoaderFunctionArgs) => queryClient.ensureQueryData(jobQuery(idFrom(params.id)));

export function Component() {
  const id = idFrom(useParams().id);
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const { data: job } = useSuspenseQuery(jobQuery(id));
  const attempt = job.attempts.find(({ number }) => String(number) === search.get("attempt")) ?? null;
  const keepLine = (line: string) => {
    const next = new URLSearchParams(search);
    next.set("line", line);
    setSearch(next, { replace: true, preventScrollReset: true });
  };
  return (
    <>
      <JobHeader key={id} job={job} onStarted={(next) => void navigate(paths.job(next.id))} />
      <Stack>
        <NextAttempt job={job} />
        <Attempts job={job} selected={attempt?.number ?? null} />
        <JobFigures job={job} />
        <JobLog job={job} attempt={attempt} tall line={spanFrom(search.get("line"))} onLine={keepLine} />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <JobFacts job={job} />
          <JobTimeline job={job} />
        </SimpleGrid>
      </Stack>
    </>
  );
}
