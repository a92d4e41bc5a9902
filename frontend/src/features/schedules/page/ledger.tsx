/** The ledger of a schedule: every due time is accounted for, day by day; a day leads to its rows. */
import { ActionIcon, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { Schedule } from "@/api/types";
import { addDays, dayOf, startOf } from "@/lib/zones";
import { Card } from "@/ui/card";
import { ErrorAlert } from "@/ui/error-alert";
import { daysQuery, type Day } from "../api";
import { Legend } from "../legend";
import tones from "../tones.module.css";
import { DayRows } from "./day-rows";
import { DayTable } from "./day-table";
import { DayGrid } from "./day-grid";
import { dayLabel, stripOf, uncountedOf } from "./ledger-days";
import classes from "./ledger.module.css";

const STEP_WEEKS = 8;

export function Ledger({ schedule }: { schedule: Schedule }) {
  const [search, setSearch] = useSearchParams();
  const [back, setBack] = useState(0);
  const asTable = search.get("ledger") === "table";
  const { zone } = schedule;
  const today = dayOf(new Date().toISOString(), zone);
  const days = stripOf(today, back);
  const span = { from: startOf(days[0] ?? today, zone), to: startOf(addDays(days.at(-1) ?? today, 1), zone) };
  const { data, error } = useQuery(daysQuery(schedule.id, span));
  const byDay = new Map((data?.items ?? []).map((one) => [one.day, one]));
  const day = search.get("day");
  const set = (changes: Record<string, string | null>) => setSearch((old) => changed(old, changes), { replace: true, preventScrollReset: true });
  const choose = (next: string) => set({ day: next === day ? null : next, hour: null });
  return (
    <Card title="Ledger" side={<Sides back={back} onBack={setBack} asTable={asTable} onTable={(on) => set({ ledger: on ? "table" : null })} />}>
      <Stack gap="xs" className={tones.tones}>
        <ErrorAlert error={error} />
        <div className={classes.scroll}>
          {asTable ? (
            <DayTable days={data?.items ?? []} onChoose={choose} />
          ) : (
            <DayGrid days={days} byDay={byDay} uncounted={uncountedOf(days, data?.items ?? [])} today={today} chosen={day} onChoose={choose} />
          )}
        </div>
        <Legend note={`Numbers: how many did not run, or failed. Days of ${zone}.`} />
        {day && <Chosen schedule={schedule} day={day} counts={byDay.get(day)} hour={search.get("hour")} onHour={(hour) => set({ hour })} />}
      </Stack>
    </Card>
  );
}

function changed(old: URLSearchParams, changes: Record<string, string | null>): URLSearchParams {
  const next = new URLSearchParams(old);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) next.delete(key);
    else next.set(key, value);
  }
  return next;
}

type ChosenProps = { schedule: Schedule; day: string; counts: Day | undefined; hour: string | null; onHour: (hour: string | null) => void };

function Chosen({ schedule, day, counts, hour, onHour }: ChosenProps) {
  return (
    <section className={classes.panel} aria-label="The chosen day">
      <Text fw={600} size="sm" mb={4} aria-live="polite">
        {dayLabel(day, counts)}
      </Text>
      {counts && <DayRows key={day} schedule={schedule} day={day} counts={counts} hour={hour} onHour={onHour} />}
    </section>
  );
}

type SideProps = { back: number; onBack: (weeks: number) => void; asTable: boolean; onTable: (on: boolean) => void };

function Sides({ back, onBack, asTable, onTable }: SideProps) {
  return (
    <Group gap={4}>
      <Button size="compact-sm" variant="subtle" onClick={() => onTable(!asTable)}>
        {asTable ? "As a calendar" : "As a table"}
      </Button>
      <ActionIcon variant="default" aria-label="Earlier weeks" onClick={() => onBack(back + STEP_WEEKS)}>
        <ChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon variant="default" aria-label="Later weeks" disabled={back === 0} onClick={() => onBack(Math.max(0, back - STEP_WEEKS))}>
        <ChevronRight size={16} />
      </ActionIcon>
    </Group>
  );
}
