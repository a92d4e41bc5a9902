/** /: what runs, what ran, what is next, and the first steps when there is nothing yet. */
import { SimpleGrid, Stack } from "@mantine/core";
import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { FirstSteps } from "@/app/first-steps";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { isFinalJob } from "@/blocks/status";
import { imagesQuery } from "@/features/images/api";
import { jobsQuery } from "@/features/jobs/api";
import { JobRows } from "@/features/jobs/job-rows";
import { schedulesQuery } from "@/features/schedules/api";
import { UpcomingSchedules } from "@/features/schedules/upcoming";
import { scriptsQuery } from "@/features/scripts/api";
import { SystemNotices } from "@/features/upkeep/notices";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { Section } from "@/ui/section";

const lastJobs = jobsQuery({}, 8);

export const loader = () =>
  Promise.all([
    queryClient.ensureQueryData(imagesQuery),
    queryClient.ensureQueryData(scriptsQuery),
    queryClient.ensureQueryData(schedulesQuery()),
    queryClient.ensureInfiniteQueryData(lastJobs),
  ]);

export function Component() {
  const { data: images } = useSuspenseQuery(imagesQuery);
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  const { data: schedules } = useSuspenseQuery(schedulesQuery());
  const { data } = useSuspenseInfiniteQuery(lastJobs);
  const jobs = data.pages[0]?.items ?? [];
  const active = jobs.filter((job) => !isFinalJob(job.status));
  const over = jobs.filter((job) => isFinalJob(job.status));
  return (
    <>
      <PageHeader title="Overview">
        <LinkButton to={paths.newScript()}>New script</LinkButton>
      </PageHeader>
      <SystemNotices />
      <Stack gap="lg">
        <FirstSteps
          hasImage={images.items.some((image) => image.built)}
          hasScript={scripts.items.length > 0}
          hasJob={jobs.length > 0}
        />
        {active.length > 0 && (
          <Section title="Running now">
            <JobRows jobs={active} label="Running now" />
          </Section>
        )}
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          <Section title="Last jobs" to={paths.jobs()} empty={over.length === 0 ? "Nothing has run yet." : null}>
            <JobRows jobs={over} label="Last jobs" />
          </Section>
          <UpcomingSchedules schedules={schedules.items} />
        </SimpleGrid>
      </Stack>
    </>
  );
}
