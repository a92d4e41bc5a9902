/** What to filter jobs by: state, script, image, way of starting, person, time. */
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Ref } from "@/api/types";
import { JOB_STATUSES, TRIGGER_NAMES, TRIGGERS } from "@/blocks/status";
import { peopleQuery } from "./api";
import { fromLocal, PERIODS, toLocal, type JobFilter, type Period } from "./filter";
import classes from "./jobs.module.css";

type Props = { filter: JobFilter; scripts: Ref[]; images: Ref[]; onChange: (filter: JobFilter) => void };

export function JobFilters({ filter, scripts, images, onChange }: Props) {
  const { data: people } = useQuery(peopleQuery);
  const change = (part: JobFilter) => onChange({ ...filter, ...part });
  return (
    <div className={classes.filters} role="search" aria-label="Filters">
      <Select
        {...LOOK}
        label="Status"
        placeholder="any"
        data={JOB_STATUSES}
        value={filter.status ?? null}
        onChange={(status) => change({ status: status ?? undefined })}
      />
      <Things label="Script" things={scripts} value={filter.script_id} onChange={(script_id) => change({ script_id, version: undefined })} />
      <Things label="Image" things={images} value={filter.image_id} onChange={(image_id) => change({ image_id })} />
      <Select
        {...LOOK}
        label="Started"
        placeholder="any way"
        data={TRIGGER_NAMES.map((value) => ({ value, label: TRIGGERS[value] }))}
        value={filter.trigger ?? null}
        onChange={(trigger) => change({ trigger: trigger ?? undefined })}
      />
      <Things
        label="Person"
        things={people?.items ?? []}
        value={filter.started_by_id}
        onChange={(started_by_id) => change({ started_by_id })}
      />
      <When filter={filter} onChange={onChange} />
      {filter.version && (
        <Button size="xs" variant="light" onClick={() => change({ version: undefined })} aria-label={`Not only version ${filter.version}`}>
          {`version ${filter.version} ×`}
        </Button>
      )}
      {Object.values(filter).some(Boolean) && (
        <Button size="xs" variant="subtle" onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

const LOOK = { size: "xs", clearable: true } as const;

type ThingsProps = { label: string; things: Ref[]; value?: number; onChange: (id: number | undefined) => void };

function Things({ label, things, value, onChange }: ThingsProps) {
  const data = things.map(({ id, name }) => ({ value: String(id), label: name }));
  // A thing that is gone, or not known yet: the filter is in force all the same.
  if (value && !things.some(({ id }) => id === value)) data.push({ value: String(value), label: `number ${value}` });
  return (
    <Select
      {...LOOK}
      label={label}
      placeholder="any"
      searchable
      nothingFoundMessage={`No such ${label.toLowerCase()}`}
      data={data}
      value={value ? String(value) : null}
      onChange={(id) => onChange(id ? Number(id) : undefined)}
    />
  );
}

const OWN = "own";

function When({ filter, onChange }: Pick<Props, "filter" | "onChange">) {
  const own = filter.since !== undefined || filter.until !== undefined;
  const choose = (value: string | null) => {
    const rest = { ...filter, period: undefined, since: undefined, until: undefined };
    if (value === OWN) onChange({ ...rest, since: new Date(new Date().setHours(0, 0, 0, 0)).toISOString() });
    else onChange({ ...rest, period: (value ?? undefined) as Period | undefined });
  };
  return (
    <>
      <Select
        {...LOOK}
        label="Asked for"
        placeholder="any time"
        data={[...Object.entries(PERIODS).map(([value, label]) => ({ value, label })), { value: OWN, label: "from … to …" }]}
        value={own ? OWN : (filter.period ?? null)}
        onChange={choose}
      />
      {own && <Moment label="From" value={filter.since} onChange={(since) => onChange({ ...filter, since })} />}
      {own && <Moment label="Before" value={filter.until} onChange={(until) => onChange({ ...filter, until })} />}
    </>
  );
}

type MomentProps = { label: string; value?: string; onChange: (iso: string | undefined) => void };

function Moment({ label, value, onChange }: MomentProps) {
  return (
    <TextInput
      size="xs"
      type="datetime-local"
      label={label}
      value={toLocal(value)}
      onChange={(event) => onChange(fromLocal(event.currentTarget.value))}
    />
  );
}
