/** /jobs?status=&script=&trigger=: all jobs, live. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useSearchParams, type LoaderFunctionArgs } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { JOB_STATUSES, TRIGGER_NAMES } from "@/blocks/status";
import { jobsQuery, type JobFilter } from "@/features/jobs/api";
import { JobFilters } from "@/features/jobs/job-filters";
import { JobList } from "@/features/jobs/job-list";
import { scriptsQuery } from "@/features/scripts/api";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";

export const loader = ({ request }: LoaderFunctionArgs) =>
  Promise.all([
    queryClient.ensureQueryData(scriptsQuery),
    queryClient.ensureInfiniteQueryData(jobsQuery(filterFrom(new URL(request.url).searchParams))),
  ]);

function filterFrom(search: URLSearchParams): JobFilter {
  return {
    status: JOB_STATUSES.find((status) => status === search.get("status")),
    script_id: Number(search.get("script")) || undefined,
    trigger: TRIGGER_NAMES.find((trigger) => trigger === search.get("trigger")),
  };
}

function searchFrom({ status, script_id, trigger }: JobFilter): Record<string, string> {
  return {
    ...(status && { status }),
    ...(script_id && { script: String(script_id) }),
    ...(trigger && { trigger }),
  };
}

export function Component() {
  const [search, setSearch] = useSearchParams();
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  const filter = filterFrom(search);
  return (
    <>
      <PageHeader title="Jobs" about="Newest first. The list follows what happens." />
      <JobFilters filter={filter} scripts={scripts.items} onChange={(next) => setSearch(searchFrom(next))} />
      <JobList filter={filter} empty={search.size ? <NoMatch /> : <NoJobs />} />
    </>
  );
}

function NoMatch() {
  return <EmptyState title="No such job">No job fits these filters. Clear them to see all jobs.</EmptyState>;
}

function NoJobs() {
  return (
    <EmptyState title="No job yet" action={<LinkButton to={paths.scripts()}>To the scripts</LinkButton>}>
      Each time a script runs, it is a job, and it is listed here with its log.
    </EmptyState>
  );
}
