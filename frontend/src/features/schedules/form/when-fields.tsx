/** When a schedule is due: on a crontab line, at a steady pace, or once; and on whose clocks. */
import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schedule } from "@/api/types";
import { ownZone } from "@/lib/dates";
import { zonesQuery } from "../api";
import type { Draft } from "./draft";
import classes from "./form.module.css";
import { SpanField } from "./span-field";

export type FieldsProps = {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  /** What is wrong with a field, in words. */
  wrong: (field: string) => string | null;
};
type WhenProps = FieldsProps & { /** What the times mean; null while they cannot be read. */ words: string | null };

const KINDS: { value: Schedule["kind"]; label: string }[] = [
  { value: "cron", label: "Crontab line" },
  { value: "every", label: "Steady pace" },
  { value: "once", label: "Once" },
];

const PRESETS = [
  ["Every 10 minutes", "*/10 * * * *"],
  ["Hourly", "0 * * * *"],
  ["Daily at 3", "0 3 * * *"],
  ["Weekdays at 9", "0 9 * * mon-fri"],
  ["Sundays", "0 6 * * sun"],
  ["Monthly", "0 6 1 * *"],
] as const;

export function WhenFields({ draft, onChange, wrong, words }: WhenProps) {
  return (
    <Stack gap="sm">
      <SegmentedControl aria-label="Kind" data={KINDS} value={draft.kind} onChange={(kind) => onChange({ kind: kind as Draft["kind"] })} />
      {draft.kind === "cron" && <CronField draft={draft} onChange={onChange} wrong={wrong} />}
      {draft.kind === "every" && (
        <SpanField
          label="Every"
          description="From one second to 31 days, never counted from the end of the last run."
          value={draft.every_s}
          onChange={(every_s) => onChange({ every_s })}
          error={wrong("every_s")}
        />
      )}
      {draft.kind === "once" && <WallField label="At" value={draft.at} onChange={(at) => onChange({ at })} error={wrong("at")} />}
      {words && (
        // Where there is no room beside it, the whole meaning stands further down.
        <Text size="sm" fw={600} className={classes.words} aria-hidden>
          {words}
        </Text>
      )}
      <ZoneField value={draft.zone} onChange={(zone) => onChange({ zone })} error={wrong("zone")} />
    </Stack>
  );
}

function CronField({ draft, onChange, wrong }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Crontab line"
        description="Minute, hour, day of the month, month, day of the week. Also @daily, @weekly and the like."
        value={draft.cron}
        onChange={(event) => onChange({ cron: event.currentTarget.value })}
        error={wrong("cron")}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: "var(--sc-mono)" } }}
      />
      <Group gap={6} role="group" aria-label="Common lines">
        {PRESETS.map(([name, value]) => (
          <Button key={value} size="compact-xs" variant="default" aria-pressed={draft.cron === value} onClick={() => onChange({ cron: value })}>
            {name}
          </Button>
        ))}
      </Group>
    </>
  );
}

type ZoneProps = { label?: string; value: string; onChange: (zone: string) => void; error?: string | null; w?: number };

export function ZoneField({ label = "Time zone", value, onChange, error, w }: ZoneProps) {
  const { data } = useQuery(zonesQuery);
  const first = [...new Set([ownZone(), "UTC", value])];
  const rest = (data?.items ?? []).filter((zone) => !first.includes(zone));
  return (
    <Select
      label={label}
      data={[...first, ...rest]}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      error={error}
      limit={60}
      allowDeselect={false}
      searchable
      nothingFoundMessage={data ? "No such time zone" : "The time zones are on their way"}
      w={w}
    />
  );
}

type WallProps = { label: string; description?: string; value: string; onChange: (wall: string) => void; error: string | null };

/** A date and a time of the day, on the clocks of the schedule's zone. */
export function WallField({ label, description, value, onChange, error }: WallProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      description={description}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
    />
  );
}
