/** /schedules/7/edit. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { scheduleQuery } from "@/features/schedules/api";
import { ScheduleForm } from "@/features/schedules/form/schedule-form";
import { nameOf } from "@/features/schedules/words";
import { PageHeader } from "@/ui/page-header";

// Always asked anew: the form begins with it.
export const loader = ({ params }: LoaderFunctionArgs) => queryClient.fetchQuery({ ...scheduleQuery(idFrom(params.id)), staleTime: 0 });

export function Component() {
  const id = idFrom(useParams().id);
  const navigate = useNavigate();
  const { data: schedule } = useSuspenseQuery(scheduleQuery(id));
  return (
    <>
      <PageHeader title={`Edit ${nameOf(schedule)}`} about={`Starts ${schedule.script.name}. A change holds from the second on in which it is saved.`} />
      <ScheduleForm key={id} schedule={schedule} scripts={[schedule.script]} backTo={paths.schedule(id)} onSaved={() => void navigate(paths.schedule(id))} />
    </>
  );
}
