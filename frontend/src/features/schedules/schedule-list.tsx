/** Schedules with their switch, their next run and how the last one went. */
import { ActionIcon, Button, Menu, Stack, Switch, Text } from "@mantine/core";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { OutcomePill } from "@/blocks/status";
import { joinArguments } from "@/lib/arguments";
import { Confirm } from "@/ui/confirm";
import { TextLink } from "@/ui/link-button";
import { Above, Row, Rows } from "@/ui/rows";
import { Time } from "@/ui/time";
import { toast, toastError } from "@/ui/toast";
import { useDeleteSchedule, useSwitchSchedule } from "./api";
import { Occurrences } from "./occurrences";

type Props = { schedules: Schedule[]; showScript: boolean; onEdit: (schedule: Schedule) => void };

export function ScheduleList({ schedules, showScript, onEdit }: Props) {
  const [open, setOpen] = useState<number | null>(null);
  const [deleting, setDeleting] = useState<Schedule | null>(null);
  return (
    <Stack>
      <Rows label="Schedules">
        {schedules.map((schedule) => (
          <Row
            key={schedule.id}
            name={<Name schedule={schedule} showScript={showScript} />}
            note={
              <>
                <Note schedule={schedule} />
                {open === schedule.id && <Occurrences id={schedule.id} />}
              </>
            }
            side={
              <Above>
                <Stack gap={4} align="flex-end">
                  <Controls schedule={schedule} onEdit={onEdit} onDelete={setDeleting} />
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-expanded={open === schedule.id}
                    onClick={() => setOpen(open === schedule.id ? null : schedule.id)}
                  >
                    {open === schedule.id ? "Hide runs" : "Show runs"}
                  </Button>
                </Stack>
              </Above>
            }
          />
        ))}
      </Rows>
      {deleting && <DeleteDialog schedule={deleting} onClose={() => setDeleting(null)} />}
    </Stack>
  );
}

function Name({ schedule, showScript }: { schedule: Schedule; showScript: boolean }) {
  return (
    <>
      {showScript && (
        <>
          <TextLink to={paths.script(schedule.script.id, "schedules")} fw={600}>
            {schedule.script.name}
          </TextLink>{" "}
        </>
      )}
      <code>{schedule.cron}</code>
    </>
  );
}

function Note({ schedule }: { schedule: Schedule }) {
  const { last } = schedule;
  return (
    <>
      {schedule.words}, {schedule.zone}
      {schedule.arguments.length > 0 && (
        <>
          {" · arguments "}
          <code>{joinArguments(schedule.arguments)}</code>
        </>
      )}
      <Text component="div" size="sm" mt={2} style={{ display: "flex", gap: "0.5rem", flexWrap: "wrap", alignItems: "center" }}>
        {schedule.enabled && schedule.next_at ? (
          <span>
            next <Time at={schedule.next_at} />
          </span>
        ) : (
          <span>switched off</span>
        )}
        {last && (
          <>
            <span>
              · last due <Time at={last.due_at} />
            </span>
            <OutcomePill outcome={last.outcome} />
            {last.job_id !== null && <TextLink to={paths.job(last.job_id)}>job #{last.job_id}</TextLink>}
            {last.reason && <span>{last.reason}</span>}
          </>
        )}
      </Text>
    </>
  );
}

type ControlProps = { schedule: Schedule; onEdit: (schedule: Schedule) => void; onDelete: (schedule: Schedule) => void };

function Controls({ schedule, onEdit, onDelete }: ControlProps) {
  const change = useSwitchSchedule();
  const about = `${schedule.cron} of ${schedule.script.name}`;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: "0.5rem" }}>
      <Switch
        checked={change.isPending ? change.variables.enabled : schedule.enabled}
        onChange={(event) => change.mutate({ id: schedule.id, enabled: event.currentTarget.checked }, { onError: toastError })}
        aria-label={`Schedule ${about} is on`}
        size="md"
      />
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Menu of schedule ${about}`}>
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onEdit(schedule)}>Edit</Menu.Item>
          <Menu.Item onClick={() => onDelete(schedule)}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

function DeleteDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const remove = useDeleteSchedule();
  const done = () => {
    toast("The schedule is deleted.");
    onClose();
  };
  return (
    <Confirm
      opened
      title={`Delete the schedule ${schedule.cron}?`}
      action="Delete schedule"
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(schedule.id, { onSuccess: done })}
      onClose={onClose}
    >
      {schedule.script.name} no longer runs by it, and the record of its runs goes too. Jobs that it started stay.
    </Confirm>
  );
}
