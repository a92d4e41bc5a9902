/** /jobs?status=&script=&image=&trigger=&person=&period=: all jobs, live. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useSearchParams, type LoaderFunctionArgs } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { imagesQuery } from "@/features/images/api";
import { jobsQuery } from "@/features/jobs/api";
import { filterFrom, searchFrom } from "@/features/jobs/filter";
import { JobFilters } from "@/features/jobs/job-filters";
import { JobList } from "@/features/jobs/job-list";
import { scriptsQuery } from "@/features/scripts/api";
import { useAskedSearch } from "@/lib/use-asked-search";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";

export const loader = ({ request }: LoaderFunctionArgs) =>
  Promise.all([
    queryClient.ensureQueryData(scriptsQuery),
    queryClient.ensureQueryData(imagesQuery),
    queryClient.ensureInfiniteQueryData(jobsQuery(filterFrom(new URL(request.url).searchParams))),
  ]);

export function Component() {
  const [search, setSearch] = useSearchParams();
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  const { data: images } = useSuspenseQuery(imagesQuery);
  const asked = useAskedSearch();
  const filter = filterFrom(search);
  const any = Object.values(filter).some(Boolean);
  return (
    <>
      <PageHeader title="Jobs" about="Newest first. The list follows what happens." />
      <JobFilters filter={filterFrom(asked)} scripts={scripts.items} images={images.items} onChange={(next) => setSearch(searchFrom(next))} />
      {/* What was chosen in one list is not chosen in another. */}
      <JobList key={search.toString()} filter={filter} empty={any ? <NoMatch /> : <NoJobs />} />
    </>
  );
}

function NoMatch() {
  return (
    <EmptyState title="No such job" action={<LinkButton variant="default" to={paths.jobs()}>Show all jobs</LinkButton>}>
      No job fits these filters. Change one of them, or clear them to see all jobs.
    </EmptyState>
  );
}

function NoJobs() {
  return (
    <EmptyState title="No job yet" action={<LinkButton to={paths.scripts()}>To the scripts</LinkButton>}>
      Each time a script runs, it is a job, and it is listed here with its log.
    </EmptyState>
  );
}
