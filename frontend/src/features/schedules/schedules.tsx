/** The schedules of all scripts or of one, with the dialog to add and edit them. */
import { Button, Group, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useState } from "react";
import type { Ref, Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { schedulesQuery } from "./api";
import { ScheduleDialog } from "./schedule-dialog";
import { ScheduleList } from "./schedule-list";

type Props = { scripts: Ref[]; scriptId?: number };

export function Schedules({ scripts, scriptId }: Props) {
  const { data } = useSuspenseQuery(schedulesQuery(scriptId ?? null));
  const [editing, setEditing] = useState<Schedule | "new" | null>(null);
  const add = (
    <Button leftSection={<CalendarPlus size={16} />} onClick={() => setEditing("new")}>
      New schedule
    </Button>
  );
  if (scripts.length === 0) return <NoScripts />;
  return (
    <Stack>
      {data.items.length === 0 ? (
        <EmptyState title="No schedule yet" action={add}>
          A schedule starts a script by itself: a crontab line and a time zone, with a preview of the next runs.
        </EmptyState>
      ) : (
        <>
          <Group justify="flex-end">{add}</Group>
          <ScheduleList schedules={data.items} showScript={scriptId === undefined} onEdit={setEditing} />
        </>
      )}
      {editing && (
        <ScheduleDialog schedule={editing === "new" ? null : editing} scripts={scripts} onClose={() => setEditing(null)} />
      )}
    </Stack>
  );
}

function NoScripts() {
  return (
    <EmptyState title="No schedule yet" action={<LinkButton to={paths.newScript()}>New script</LinkButton>}>
      A schedule starts a script by itself. Write a script first.
    </EmptyState>
  );
}
