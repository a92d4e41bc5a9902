/** /schedules/7?day=2026-11-22&hour=&ledger=table: one schedule, what it does and did. */
import { Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, type LoaderFunctionArgs } from "react-router";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { sessionQuery } from "@/features/access/api";
import { scheduleQuery } from "@/features/schedules/api";
import { ScheduleBanners } from "@/features/schedules/banners";
import { Coming } from "@/features/schedules/page/coming";
import { DeleteSchedule } from "@/features/schedules/page/delete-schedule";
import { LastRuns } from "@/features/schedules/page/last-runs";
import { Ledger } from "@/features/schedules/page/ledger";
import { Policies, ScheduleFacts } from "@/features/schedules/page/schedule-facts";
import { ScheduleHeader } from "@/features/schedules/page/schedule-header";
import classes from "@/features/schedules/schedules.module.css";

export const loader = ({ params }: LoaderFunctionArgs) => queryClient.ensureQueryData(scheduleQuery(idFrom(params.id)));

export function Component() {
  const id = idFrom(useParams().id);
  const navigate = useNavigate();
  const { data: schedule } = useSuspenseQuery(scheduleQuery(id));
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <>
      <ScheduleHeader key={id} schedule={schedule} onStarted={(job) => void navigate(paths.job(job.id))} />
      <ScheduleBanners />
      <div className={classes.columns}>
        <Stack>
          <Ledger key={id} schedule={schedule} />
          <LastRuns schedule={schedule} />
          {session.user && <ScheduleFacts schedule={schedule} viewer={session.user} />}
          <Policies schedule={schedule} />
        </Stack>
        <Stack>
          <Coming schedule={schedule} />
          <DeleteSchedule schedule={schedule} onDeleted={() => void navigate(paths.schedules())} />
        </Stack>
      </div>
    </>
  );
}
