/** The calendars that schedules share: what they say, which schedules go by them, and the ways to change them. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { CalendarOff } from "lucide-react";
import { useState } from "react";
import { paths } from "@/blocks/paths";
import { listed, plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { TextLink } from "@/ui/link-button";
import { toast } from "@/ui/toast";
import { calendarsQuery, useDeleteCalendar, type Calendar } from "../api";
import { periodWords } from "../words";
import classes from "../schedules.module.css";
import { CalendarDialog } from "./calendar-dialog";

export function CalendarList() {
  const { data } = useSuspenseQuery(calendarsQuery);
  const [editing, setEditing] = useState<Calendar | "new" | null>(null);
  const [deleting, setDeleting] = useState<Calendar | null>(null);
  const add = (
    <Button leftSection={<CalendarOff size={16} />} onClick={() => setEditing("new")}>
      New calendar
    </Button>
  );
  return (
    <Stack>
      {data.items.length === 0 ? (
        <EmptyState title="No calendar yet" action={add}>
          A calendar holds times in which nothing starts, such as holidays or maintenance, for all schedules that go by it. Choose it
          at a schedule, under More.
        </EmptyState>
      ) : (
        <Group justify="flex-end">{add}</Group>
      )}
      {data.items.map((one) => (
        <CalendarCard key={one.id} calendar={one} onEdit={() => setEditing(one)} onDelete={() => setDeleting(one)} />
      ))}
      {editing && <CalendarDialog calendar={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {deleting && <DeleteDialog calendar={deleting} onClose={() => setDeleting(null)} />}
    </Stack>
  );
}

type CardProps = { calendar: Calendar; onEdit: () => void; onDelete: () => void };

function CalendarCard({ calendar, onEdit, onDelete }: CardProps) {
  const buttons = (
    <Group gap={6}>
      <Button variant="default" size="compact-sm" onClick={onEdit} aria-label={`Edit ${calendar.name}`}>
        Edit
      </Button>
      <Button variant="default" size="compact-sm" onClick={onDelete} aria-label={`Delete ${calendar.name}`}>
        Delete
      </Button>
    </Group>
  );
  return (
    <Card title={calendar.name} side={buttons}>
      <ul className={classes.runs} aria-label={`Periods of ${calendar.name}`}>
        {calendar.periods.map((one, index) => (
          <li key={index}>
            <span>{periodWords(one, calendar.zone)}</span>
            {one.reason && <span className={classes.dim}>{one.reason}</span>}
          </li>
        ))}
        {calendar.periods.length === 0 && <li>It holds no period yet.</li>}
      </ul>
      <Text size="xs" c="dimmed" mt="xs">
        On the clocks of {calendar.zone}. <Users calendar={calendar} />
      </Text>
    </Card>
  );
}

/** However many there are, the first ones are named. */
function Users({ calendar: { schedules, schedule_count: count } }: { calendar: Calendar }) {
  if (count === 0) return "No schedule goes by it.";
  return (
    <>
      {plural(count, "schedule goes", "schedules go")} by it:{" "}
      {schedules.map((one, index) => (
        <span key={one.id}>
          {index > 0 && ", "}
          <TextLink to={paths.schedule(one.id)}>{one.name}</TextLink>
        </span>
      ))}
      {count > schedules.length && ` and ${count - schedules.length} more`}.
    </>
  );
}

function DeleteDialog({ calendar, onClose }: { calendar: Calendar; onClose: () => void }) {
  const remove = useDeleteCalendar();
  const { schedules, schedule_count: count } = calendar;
  const names = schedules.map(({ name }) => name);
  const done = () => {
    toast(`Deleted ${calendar.name}.`);
    onClose();
  };
  return (
    <Confirm
      opened
      title={`Delete ${calendar.name}?`}
      action="Delete calendar"
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(calendar.id, { onSuccess: done })}
      onClose={onClose}
    >
      {count > 0
        ? `${listed(count > names.length ? [...names, `${count - names.length} more`] : names)} still ${count === 1 ? "goes" : "go"} by it: take it off there first.`
        : `Its ${plural(calendar.periods.length, "period")} ${calendar.periods.length === 1 ? "is" : "are"} lost. No schedule goes by it.`}
    </Confirm>
  );
}
