/** Text, script, owner and state to filter schedules by; all of it stands in the address. */
import { Button, Group, Select } from "@mantine/core";
import type { Ref, ScheduleState } from "@/api/types";
import { isFiltered, STATES, type ScheduleFilter } from "./filters";
import { SearchField } from "./search-field";

type Props = { filter: ScheduleFilter; scripts: Ref[]; people: Ref[]; onChange: (filter: ScheduleFilter) => void };

export function ScheduleFilters({ filter, scripts, people, onChange }: Props) {
  const change = (part: ScheduleFilter) => onChange({ ...filter, ...part });
  return (
    <Group gap="xs" align="flex-end" role="search" aria-label="Schedules" style={{ flex: 1 }}>
      <SearchField text={filter.q ?? ""} onChange={(text) => change({ q: text || undefined })} />
      <Things label="Script" nothing="No such script" things={scripts} value={filter.script_id} onChange={(script_id) => change({ script_id })} />
      <Things label="Owner" nothing="Nobody of that name" things={people} value={filter.owner_id} onChange={(owner_id) => change({ owner_id })} />
      <Select
        {...LOOK}
        label="State"
        data={Object.entries(STATES).map(([value, label]) => ({ value, label }))}
        value={filter.state ?? null}
        onChange={(state) => change({ state: (state as ScheduleState | null) ?? undefined })}
      />
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

const LOOK = { placeholder: "any", clearable: true, style: { flex: "1 1 9rem" }, maw: 220 } as const;

type ThingsProps = { label: string; nothing: string; things: Ref[]; value?: number; onChange: (id: number | undefined) => void };

/** Nothing where there is no choice; a thing that is gone, or not known yet, is in force all the same. */
function Things({ label, nothing, things, value, onChange }: ThingsProps) {
  const data = things.map(({ id, name }) => ({ value: String(id), label: name }));
  if (value && !things.some(({ id }) => id === value)) data.push({ value: String(value), label: `number ${value}` });
  if (data.length < 2 && !value) return null;
  return (
    <Select
      {...LOOK}
      label={label}
      searchable
      nothingFoundMessage={nothing}
      data={data}
      value={value ? String(value) : null}
      onChange={(id) => onChange(id ? Number(id) : undefined)}
    />
  );
}
