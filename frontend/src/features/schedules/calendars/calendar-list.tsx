/** The calendars that schedules share: what they say, which schedules go by them, and the ways to change them. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { CalendarOff } from "lucide-react";
import { useState } from "react";
import type { Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { listed, plural } from "@/lib/format";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { TextLink } from "@/ui/link-button";
import { toast } from "@/ui/toast";
import { calendarsQuery, schedulesQuery, useDeleteCalendar, type Calendar } from "../api";
import { nameOf, periodWords } from "../words";
import classes from "../schedules.module.css";
import { CalendarDialog } from "./calendar-dialog";

export function CalendarList() {
  const { data } = useSuspenseQuery(calendarsQuery);
  const { data: schedules } = useSuspenseQuery(schedulesQuery());
  const [editing, setEditing] = useState<Calendar | "new" | null>(null);
  const [deleting, setDeleting] = useState<Calendar | null>(null);
  const usersOf = (calendar: Calendar) => schedules.items.filter((one) => one.calendars.some(({ id }) => id === calendar.id));
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
        <CalendarCard key={one.id} calendar={one} users={usersOf(one)} onEdit={() => setEditing(one)} onDelete={() => setDeleting(one)} />
      ))}
      {editing && <CalendarDialog calendar={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {deleting && <DeleteDialog calendar={deleting} users={usersOf(deleting)} onClose={() => setDeleting(null)} />}
    </Stack>
  );
}

type CardProps = { calendar: Calendar; users: Schedule[]; onEdit: () => void; onDelete: () => void };

function CalendarCard({ calendar, users, onEdit, onDelete }: CardProps) {
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
        On the clocks of {calendar.zone}. <Users users={users} />
      </Text>
    </Card>
  );
}

function Users({ users }: { users: Schedule[] }) {
  if (users.length === 0) return "No schedule goes by it.";
  return (
    <>
      {plural(users.length, "schedule goes", "schedules go")} by it:{" "}
      {users.map((one, index) => (
        <span key={one.id}>
          {index > 0 && ", "}
          <TextLink to={paths.schedule(one.id)}>{nameOf(one)}</TextLink>
        </span>
      ))}
      .
    </>
  );
}

function DeleteDialog({ calendar, users, onClose }: { calendar: Calendar; users: Schedule[]; onClose: () => void }) {
  const remove = useDeleteCalendar();
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
      {users.length > 0
        ? `${listed(users.map(nameOf))} still ${users.length === 1 ? "goes" : "go"} by it: take it off there first.`
        : `Its ${plural(calendar.periods.length, "period")} ${calendar.periods.length === 1 ? "is" : "are"} lost. No schedule goes by it.`}
    </Confirm>
  );
}
