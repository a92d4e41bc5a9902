/** /scripts: all of them, with when each runs next. */
import { useSuspenseQuery } from "@tanstack/react-query";
import type { Schedule } from "@/api/types";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { schedulesQuery } from "@/features/schedules/api";
import { scriptsQuery } from "@/features/scripts/api";
import { ScriptList } from "@/features/scripts/script-list";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { Time } from "@/ui/time";

export const loader = () =>
  Promise.all([queryClient.ensureQueryData(scriptsQuery), queryClient.ensureQueryData(schedulesQuery())]);

export function Component() {
  const { data } = useSuspenseQuery(schedulesQuery());
  return (
    <>
      <PageHeader title="Scripts">
        <LinkButton to={paths.newScript()}>New script</LinkButton>
      </PageHeader>
      <ScriptList
        next={(script) => {
          const at = nextOf(data.items, script.id);
          return at && <span>next <Time at={at} /></span>;
        }}
      />
    </>
  );
}

function nextOf(schedules: Schedule[], scriptId: number): string | undefined {
  const times = schedules.filter((one) => one.script.id === scriptId && one.enabled).map((one) => one.next_at);
  return times.filter((at) => at !== null).sort()[0];
}
