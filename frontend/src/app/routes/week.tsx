/** /schedules/calendar?week=2026-W47&zone=: what ran and what will run, of all schedules. */
import { useSearchParams, type LoaderFunctionArgs } from "react-router";
import { queryClient } from "@/app/query-client";
import { hoursQuery } from "@/features/schedules/api";
import { ScheduleBanners } from "@/features/schedules/banners";
import { SchedulesNav } from "@/features/schedules/nav";
import { choiceFrom, searchOf, WeekBar } from "@/features/schedules/week/week-bar";
import { spanOf, WeekCalendar } from "@/features/schedules/week/week-calendar";
import { PageHeader } from "@/ui/page-header";

export const loader = ({ request }: LoaderFunctionArgs) =>
  queryClient.ensureQueryData(hoursQuery(spanOf(choiceFrom(new URL(request.url).searchParams))));

export function Component() {
  const [search, setSearch] = useSearchParams();
  const choice = choiceFrom(search);
  return (
    <>
      <PageHeader title="Schedules" about="What ran and what will run, of all schedules." />
      <SchedulesNav />
      <ScheduleBanners />
      <WeekBar choice={choice} onChange={(next) => setSearch(searchOf(next))} />
      <WeekCalendar {...choice} />
    </>
  );
}
