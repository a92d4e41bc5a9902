/** /schedules?q=&script=&owner=&state=: of all scripts, what runs next first. */
import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useSearchParams, type LoaderFunctionArgs } from "react-router";
import { queryClient } from "@/app/query-client";
import { schedulesQuery } from "@/features/schedules/api";
import { ScheduleBanners } from "@/features/schedules/banners";
import { filterFrom, isFiltered } from "@/features/schedules/list/filters";
import { SchedulesNav } from "@/features/schedules/nav";
import { PauseAll } from "@/features/schedules/pause-all";
import { NewSchedule, Schedules } from "@/features/schedules/schedules";
import { scriptsQuery } from "@/features/scripts/api";
import { PageHeader } from "@/ui/page-header";

export const loader = ({ request }: LoaderFunctionArgs) =>
  Promise.all([
    queryClient.ensureQueryData(scriptsQuery),
    queryClient.ensureInfiniteQueryData(schedulesQuery(filterFrom(new URL(request.url).searchParams))),
  ]);

export function Component() {
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  const filter = filterFrom(useSearchParams()[0]);
  const { data: schedules } = useSuspenseInfiniteQuery(schedulesQuery(filter));
  // Where nothing is shown and nothing filtered, there is none: the page itself says how to begin.
  const any = isFiltered(filter) || schedules.pages.some((page) => page.items.length > 0);
  return (
    <>
      <PageHeader title="Schedules" about="Which script runs by itself, and when.">
        {any && (
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
