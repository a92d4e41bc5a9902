/** /schedules/calendars: times in which nothing starts, shared by schedules. */
import { queryClient } from "@/app/query-client";
import { calendarsQuery } from "@/features/schedules/api";
import { ScheduleBanners } from "@/features/schedules/banners";
import { CalendarList } from "@/features/schedules/calendars/calendar-list";
import { SchedulesNav } from "@/features/schedules/nav";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(calendarsQuery);

export function Component() {
  return (
    <>
      <PageHeader title="Schedules" about="Times in which nothing starts, shared by schedules." />
      <SchedulesNav />
      <ScheduleBanners />
      <CalendarList />
    </>
  );
}
