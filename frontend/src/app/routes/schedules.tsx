/** /schedules?q=&script=&state=: of all scripts, what runs next first. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { queryClient } from "@/app/query-client";
import { schedulesQuery } from "@/features/schedules/api";
import { ScheduleBanners } from "@/features/schedules/banners";
import { SchedulesNav } from "@/features/schedules/nav";
import { PauseAll } from "@/features/schedules/pause-all";
import { NewSchedule, Schedules } from "@/features/schedules/schedules";
import { scriptsQuery } from "@/features/scripts/api";
import { PageHeader } from "@/ui/page-header";

export const loader = () =>
  Promise.all([queryClient.ensureQueryData(scriptsQuery), queryClient.ensureQueryData(schedulesQuery())]);

export function Component() {
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  const { data: schedules } = useSuspenseQuery(schedulesQuery());
  return (
    <>
      <PageHeader title="Schedules" about="Which script runs by itself, and when.">
        {schedules.items.length > 0 && (
          <>
            <PauseAll />
            <NewSchedule />
          </>
        )}
      </PageHeader>
      <SchedulesNav />
      <ScheduleBanners />
      <Schedules scripts={scripts.items} />
    </>
  );
}
