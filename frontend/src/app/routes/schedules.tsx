/** /schedules: of all scripts. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { queryClient } from "@/app/query-client";
import { schedulesQuery } from "@/features/schedules/api";
import { Schedules } from "@/features/schedules/schedules";
import { scriptsQuery } from "@/features/scripts/api";
import { PageHeader } from "@/ui/page-header";

export const loader = () =>
  Promise.all([queryClient.ensureQueryData(scriptsQuery), queryClient.ensureQueryData(schedulesQuery())]);

export function Component() {
  const { data: scripts } = useSuspenseQuery(scriptsQuery);
  return (
    <>
      <PageHeader title="Schedules" about="Which script runs by itself, and when." />
      <Schedules scripts={scripts.items} />
    </>
  );
}
