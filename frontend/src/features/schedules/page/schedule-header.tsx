/** The top of a schedule's page: what it is, how it stands, and what one can do with it. */
import { Button, Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { History, Pencil, Play } from "lucide-react";
import { useState } from "react";
import type { Job, Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { LinkButton, TextLink } from "@/ui/link-button";
import { Notice } from "@/ui/notice";
import { PageHeader } from "@/ui/page-header";
import { toastError } from "@/ui/toast";
import { pauseQuery, useRunNow } from "../api";
import { ScheduleSwitch } from "../list/schedule-switch";
import { StatePill, useScheduleState } from "../list/when";
import { nameOf } from "../words";
import { BackfillDialog } from "./backfill-dialog";

type Props = { schedule: Schedule; onStarted: (job: Job) => void };

export function ScheduleHeader({ schedule, onStarted }: Props) {
  const { data: paused } = useQuery(pauseQuery);
  const state = useScheduleState(schedule, !!paused?.pause);
  const run = useRunNow();
  const [filling, setFilling] = useState(false);
  return (
    <>
      <PageHeader title={nameOf(schedule)} status={<StatePill state={state} />} about={<About schedule={schedule} />}>
        <ScheduleSwitch schedule={schedule} label="On" />
        <Button
          variant="default"
          leftSection={<Play size={16} />}
          loading={run.isPending}
          onClick={() => run.mutate(schedule, { onSuccess: onStarted, onError: toastError })}
        >
          Run now
        </Button>
        <Button variant="default" leftSection={<History size={16} />} onClick={() => setFilling(true)}>
          Backfill
        </Button>
        <LinkButton to={paths.editSchedule(schedule.id)} leftSection={<Pencil size={16} />}>
          Edit
        </LinkButton>
      </PageHeader>
      {schedule.trouble && (
        <Notice tone="bad" mb="md" title="It cannot be planned">
          {schedule.trouble}
        </Notice>
      )}
      {filling && <BackfillDialog schedule={schedule} onClose={() => setFilling(false)} />}
    </>
  );
}

function About({ schedule }: { schedule: Schedule }) {
  return (
    <>
      {schedule.name && <>{schedule.words} · </>}
      {schedule.kind === "cron" && (
        <>
          <Code>{schedule.cron}</Code> ·{" "}
        </>
      )}
      {schedule.zone} · starts{" "}
      <TextLink to={paths.script(schedule.script.id)} size="sm">
        {schedule.script.name}
      </TextLink>
    </>
  );
}
