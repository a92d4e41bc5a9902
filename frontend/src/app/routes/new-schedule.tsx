/** /schedules/new?script=3. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { ScheduleForm } from "@/features/schedules/form/schedule-form";
import { scriptsQuery } from "@/features/scripts/api";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(scriptsQuery);

export function Component() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(scriptsQuery);
  const script = Number(search.get("script")) || null;
  return (
    <>
      <PageHeader title="New schedule" about="A script that starts by itself, and every due time accounted for." />
      <ScheduleForm
        schedule={null}
        scripts={data.items}
        scriptId={script}
        backTo={script ? paths.script(script, "schedules") : paths.schedules()}
        onSaved={(saved) => void navigate(paths.schedule(saved.id))}
      />
    </>
  );
}
