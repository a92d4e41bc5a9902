/** Text, script and state to filter schedules by; all of it stands in the address. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import type { Ref } from "@/api/types";
import { STATES, type ScheduleFilter, type StateFilter } from "./filters";

type Props = { filter: ScheduleFilter; scripts: Ref[]; onChange: (filter: ScheduleFilter) => void };

export function ScheduleFilters({ filter, scripts, onChange }: Props) {
  const any = filter.text || filter.script || filter.state;
  return (
    <Group gap="xs" align="flex-end" role="search" aria-label="Schedules" style={{ flex: 1 }}>
      <TextInput
        label="Search"
        placeholder="name, words, script"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
        style={{ flex: "1 1 9rem" }}
        maw={260}
      />
      {scripts.length > 1 && (
        <Select
          label="Script"
          placeholder="any"
          clearable
          searchable
          nothingFoundMessage="No such script"
          data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={filter.script ? String(filter.script) : null}
          onChange={(id) => onChange({ ...filter, script: id ? Number(id) : null })}
          style={{ flex: "1 1 9rem" }}
          maw={220}
        />
      )}
      <Select
        label="State"
        placeholder="any"
        clearable
        data={Object.entries(STATES).map(([value, label]) => ({ value, label }))}
        value={filter.state}
        onChange={(state) => onChange({ ...filter, state: state as StateFilter | null })}
        style={{ flex: "1 1 9rem" }}
        maw={220}
      />
      {any && (
        <Button variant="subtle" onClick={() => onChange({ text: "", script: null, state: null })}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
