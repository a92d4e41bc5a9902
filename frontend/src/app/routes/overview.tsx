/** /?span=24h|7d|30d: what runs, what failed, what is next, what ran; and the first steps when there is nothing yet. */
import { SimpleGrid, Stack } from "@mantine/core";
import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useSearchParams, type LoaderFunctionArgs } from "react-router";
import { FirstSteps } from "@/app/first-steps";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { imagesQuery } from "@/features/images/api";
import { jobsQuery } from "@/features/jobs/api";
import { JobRows } from "@/features/jobs/job-rows";
import { upcomingQuery } from "@/features/schedules/api";
import { ScheduleBanners } from "@/features/schedules/banners";
import { UpcomingSchedules } from "@/features/schedules/upcoming";
import { scriptsQuery } from "@/features/scripts/api";
import { jobHoursQuery, systemQuery } from "@/features/upkeep/api";
import { DiskUse } from "@/features/upkeep/disk-use";
import { SPAN_HOURS, SPANS, type Span } from "@/features/upkeep/hours";
import { JobCharts } from "@/features/upkeep/job-charts";
import { SystemNotices } from "@/features/upkeep/notices";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";

const running = jobsQuery({ status: "running" }, 8);
const failed = jobsQuery({ status: "failed" }, 5);
const last = jobsQuery({}, 5);

function spanFrom(search: URLSearchParams): Span {
  return SPANS.find((one) => one === search.get("span")) ?? "24h";
}

export const loader = ({ request }: LoaderFunctionArgs) => {
  // Drawn when it has come: the lists need not wait for it.
  void queryClient.prefetchQuery(jobHoursQuery(SPAN_HOURS[spanFrom(new URL(request.url).searchParams)]));
  return Promise.all([
    // What it says stands above everything, and would push it down later. It is no reason not to show the page.
    queryClient.prefetchQuery(systemQuery),
    queryClient.ensureQueryData(imagesQuery),
    queryClient.ensureQueryData(scriptsQuery),
    queryClient.ensureInfiniteQueryData(upcomingQuery),
    ...[running, failed, last].map((query) => queryClient.ensureInfiniteQueryData(query)),
  ]);
};

export function Component() {
  const [search, setSearch] = useSearchParams();
  const hasRun = useJobs(last).length > 0;
  const span = spanFrom(search);
  const show = (next: Span) => setSearch(next === "24h" ? {} : { span: next }, { replace: true, preventScrollReset: true });
  return (
    <>
      <PageHeader title="Overview">
        <LinkButton to={paths.newScript()}>New script</LinkButton>
      </PageHeader>
      <SystemNotices />
      <ScheduleBanners />
      <Stack gap="lg">
        <Steps hasJob={hasRun} />
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          <Jobs title="Running now" query={running} to={paths.jobs({ status: "running" })} empty="Nothing runs at the moment." />
          <UpcomingSchedules />
          <Jobs title="Failed lately" query={failed} to={paths.jobs({ status: "failed" })} empty="Nothing has failed." />
          <Jobs title="Last jobs" query={last} to={paths.jobs()} empty="Nothing has run yet." />
        </SimpleGrid>
        {hasRun && <JobCharts span={span} onSpan={show} />}
        <DiskUse />
      </Stack>
    </>
  );
}

function Steps({ hasJob }: { hasJob: boolean }) {
  const { data: images } = useSuspenseQuery(imagesQuery);
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  return <FirstSteps hasImage={images.items.some((image) => image.built)} hasScript={scripts.items.length > 0} hasJob={hasJob} />;
}

type Query = ReturnType<typeof jobsQuery>;

function useJobs(query: Query) {
  return useSuspenseInfiniteQuery(query).data.pages[0]?.items ?? [];
}

function Jobs({ title, query, to, empty }: { title: string; query: Query; to: string; empty: string }) {
  const jobs = useJobs(query);
  return (
    <Section title={title} to={to} empty={jobs.length === 0 ? empty : null}>
      <JobRows jobs={jobs} label={title} />
    </Section>
  );
}
