/** Periods in which nothing starts: on days of the week, on a date, or between two moments. Used by the forms of schedules
 *  and of calendars. */
import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { momentOf, wallOf } from "@/lib/zones";
import type { Period } from "../api";
import { DAY_NAMES, DAY_WORDS, type DayName } from "../words";
import { changedKind, kindOf, newPeriod, PERIOD_KINDS, type PeriodKind } from "./periods";
import classes from "./form.module.css";

type Props = {
  /** What the server calls them. */
  field: string;
  periods: Period[];
  zone: string;
  onChange: (periods: Period[]) => void;
  wrong: (field: string) => string | null;
};

export function PeriodsField({ field, periods, zone, onChange, wrong }: Props) {
  const put = (index: number, period: Period) => onChange(periods.map((one, at) => (at === index ? period : one)));
  return (
    <Stack gap="sm">
      {periods.map((period, index) => (
        <PeriodFields
          key={index}
          name={`Period ${index + 1}`}
          period={period}
          zone={zone}
          onChange={(next) => put(index, next)}
          onRemove={() => onChange(periods.filter((_, at) => at !== index))}
          error={wrong(`${field}.${index}`)}
        />
      ))}
      <Group>
        <Button variant="default" size="compact-sm" leftSection={<Plus size={14} />} onClick={() => onChange([...periods, newPeriod()])}>
          Add a period
        </Button>
      </Group>
    </Stack>
  );
}

type OneProps = { name: string; period: Period; zone: string; onChange: (period: Period) => void; onRemove: () => void; error: string | null };

function PeriodFields({ name, period, zone, onChange, onRemove, error }: OneProps) {
  return (
    <div className={classes.period} role="group" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-end">
        <NativeSelect
          label={name}
          data={Object.entries(PERIOD_KINDS).map(([value, label]) => ({ value, label }))}
          value={kindOf(period)}
          onChange={(event) => onChange(changedKind(period, event.currentTarget.value as PeriodKind))}
        />
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${name.toLowerCase()}`} onClick={onRemove}>
          <Trash2 size={16} />
        </ActionIcon>
      </Group>
      {period.weekly && <WeeklyFields weekly={period.weekly} onChange={(weekly) => onChange({ ...period, weekly })} />}
      {typeof period.date === "string" && <TextInput type="date" label="Date" value={period.date} onChange={(event) => onChange({ ...period, date: event.currentTarget.value })} w={170} />}
      {kindOf(period) === "span" && <SpanFields period={period} zone={zone} onChange={onChange} />}
      <TextInput
        label="Reason"
        placeholder="Stands in the ledger where a run falls into it"
        value={period.reason ?? ""}
        onChange={(event) => onChange({ ...period, reason: event.currentTarget.value })}
      />
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
    </div>
  );
}

type Weekly = NonNullable<Period["weekly"]>;

function WeeklyFields({ weekly, onChange }: { weekly: Weekly; onChange: (weekly: Weekly) => void }) {
  const days = (chosen: string[]) => onChange({ ...weekly, days: DAY_NAMES.filter((day) => chosen.includes(day)) });
  const time = (key: "from" | "to") => ({
    type: "time",
    value: weekly[key],
    onChange: (event: { currentTarget: { value: string } }) => onChange({ ...weekly, [key]: event.currentTarget.value }),
  });
  return (
    <>
      <Checkbox.Group label="Days" value={weekly.days as string[]} onChange={days}>
        <Group gap="sm" mt={4}>
          {DAY_NAMES.map((day: DayName) => (
            <Checkbox key={day} value={day} label={DAY_WORDS[day]} size="sm" />
          ))}
        </Group>
      </Checkbox.Group>
      <Group gap="sm">
        <TextInput label="From" {...time("from")} w={120} />
        <TextInput label="To" {...time("to")} w={120} />
        <Text size="xs" c="dimmed" mt={22}>
          {weekly.from === "00:00" && weekly.to === "00:00" ? "the whole day" : weekly.to <= weekly.from ? "until the next day" : ""}
        </Text>
      </Group>
    </>
  );
}

function SpanFields({ period, zone, onChange }: { period: Period; zone: string; onChange: (period: Period) => void }) {
  const end = (key: "from" | "to") => ({
    type: "datetime-local",
    value: period[key] ? wallOf(period[key], zone) : "",
    onChange: (event: { currentTarget: { value: string } }) => {
      const wall = event.currentTarget.value;
      onChange({ ...period, [key]: wall ? momentOf(wall, zone) : null });
    },
  });
  return (
    <Group gap="sm">
      <TextInput label={`From (${zone})`} {...end("from")} />
      <TextInput label={`To (${zone})`} {...end("to")} />
    </Group>
  );
}
