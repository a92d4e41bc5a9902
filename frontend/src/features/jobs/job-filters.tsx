/** Status, script and trigger to filter jobs by. */
import { Button, Group, Select } from "@mantine/core";
import type { Ref } from "@/api/types";
import { JOB_STATUSES, TRIGGER_NAMES, TRIGGERS } from "@/blocks/status";
import type { JobFilter } from "./api";

type Props = { filter: JobFilter; scripts: Ref[]; onChange: (filter: JobFilter) => void };

export function JobFilters({ filter, scripts, onChange }: Props) {
  const any = filter.status || filter.script_id || filter.trigger;
  return (
    <Group gap="xs" mb="md" align="flex-end">
      <Select
        label="Status"
        placeholder="any"
        clearable
        data={JOB_STATUSES}
        value={filter.status ?? null}
        onChange={(status) => onChange({ ...filter, status: status ?? undefined })}
        w={150}
      />
      <Select
        label="Script"
        placeholder="any"
        clearable
        searchable
        nothingFoundMessage="No such script"
        data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={filter.script_id ? String(filter.script_id) : null}
        onChange={(id) => onChange({ ...filter, script_id: id ? Number(id) : undefined })}
        w={200}
      />
      <Select
        label="Started"
        placeholder="any way"
        clearable
        data={TRIGGER_NAMES.map((value) => ({ value, label: TRIGGERS[value] }))}
        value={filter.trigger ?? null}
        onChange={(trigger) => onChange({ ...filter, trigger: trigger ?? undefined })}
        w={170}
      />
      {any && (
        <Button variant="subtle" onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
