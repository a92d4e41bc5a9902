/** What becomes of runs that meet each other, come late, or fall into a time in which nothing is to start. */
import { Fieldset, MultiSelect, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schedule } from "@/api/types";
import { NumberField } from "@/ui/number-field";
import { calendarsQuery, ownersQuery } from "../api";
import { catchUpWords, graceWords, jitterWords, overlapWords } from "../words";
import { PeriodsField } from "./periods-field";
import { SpanField } from "./span-field";
import { WallField, type FieldsProps } from "./when-fields";

const OVERLAPS: { value: Schedule["overlap"]; label: string }[] = [
  { value: "skip", label: "Skip the new one" },
  { value: "queue", label: "Let the new one wait" },
  { value: "allow", label: "Run them side by side" },
  { value: "replace", label: "Stop the old one" },
  { value: "fail", label: "Fail the new one" },
];
const CATCH_UPS: { value: Schedule["catch_up"]; label: string }[] = [
  { value: "none", label: "Make up for nothing" },
  { value: "latest", label: "Run the latest one" },
  { value: "all", label: "Run all of them" },
];

export function PolicyFields(props: FieldsProps) {
  return (
    <Stack gap="md">
      <OverlapFields {...props} />
      <LateFields {...props} />
      <BoundFields {...props} />
      <QuietFields {...props} />
      <OwnerField {...props} />
    </Stack>
  );
}

function OverlapFields({ draft, onChange, wrong }: FieldsProps) {
  const counts = draft.overlap === "queue" || draft.overlap === "allow";
  return (
    <Fieldset legend="When the run before has not ended">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select label="Then" data={OVERLAPS} value={draft.overlap} onChange={(overlap) => overlap && onChange({ overlap })} error={wrong("overlap")} allowDeselect={false} />
        {counts && (
          <NumberField
            label={draft.overlap === "queue" ? "Waiting at most" : "Side by side at most"}
            value={draft.overlap_limit}
            onChange={(limit) => onChange({ overlap_limit: limit ?? 0 })}
            error={wrong("overlap_limit")}
            min={1}
            max={100}
          />
        )}
      </SimpleGrid>
      <Meaning words={overlapWords(draft)} />
    </Fieldset>
  );
}

function LateFields({ draft, onChange, wrong }: FieldsProps) {
  return (
    <Fieldset legend="When a run comes late, as after a downtime">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <SpanField label="Late at most" value={draft.grace_s} onChange={(grace_s) => onChange({ grace_s: grace_s ?? 0 })} error={wrong("grace_s")} />
        <Select label="Of those that were missed" data={CATCH_UPS} value={draft.catch_up} onChange={(catch_up) => catch_up && onChange({ catch_up })} error={wrong("catch_up")} allowDeselect={false} />
        {draft.catch_up !== "none" && (
          <SpanField
            label="Not older than"
            value={draft.catch_up_window_s}
            onChange={(window) => onChange({ catch_up_window_s: window ?? 0 })}
            error={wrong("catch_up_window_s")}
          />
        )}
        {draft.catch_up === "all" && (
          <NumberField label="At most" description="Runs, the latest of them." value={draft.catch_up_cap} onChange={(cap) => onChange({ catch_up_cap: cap ?? 0 })} error={wrong("catch_up_cap")} min={1} max={100} />
        )}
      </SimpleGrid>
      <Meaning words={`${graceWords(draft)} ${catchUpWords(draft)}`} />
    </Fieldset>
  );
}

function BoundFields({ draft, onChange, wrong }: FieldsProps) {
  return (
    <Fieldset legend="Bounds">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {draft.kind !== "once" && (
          <>
            <WallField label="Not before" value={draft.starts_at} onChange={(starts_at) => onChange({ starts_at })} error={wrong("starts_at")} />
            <WallField label="Not after" value={draft.ends_at} onChange={(ends_at) => onChange({ ends_at })} error={wrong("ends_at")} />
          </>
        )}
        {draft.kind === "every" && (
          <WallField label="Counted from" description="Empty: from 1970, so that an hour is each full hour." value={draft.epoch} onChange={(epoch) => onChange({ epoch })} error={wrong("epoch")} />
        )}
        <SpanField label="Jitter" value={draft.jitter_s} onChange={(jitter_s) => onChange({ jitter_s: jitter_s ?? 0 })} error={wrong("jitter_s")} />
        <NumberField
          label="Priority"
          description="-10 to 10. Empty: the script's own."
          value={draft.priority}
          onChange={(priority) => onChange({ priority })}
          error={wrong("priority")}
          min={-10}
          max={10}
        />
      </SimpleGrid>
      <Meaning words={jitterWords(draft) ?? "Each run starts at its due time, not put off by a jitter."} />
    </Fieldset>
  );
}

function QuietFields({ draft, onChange, wrong }: FieldsProps) {
  const { data } = useQuery(calendarsQuery);
  const calendars = (data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <Fieldset legend="When nothing starts">
      <Stack gap="sm">
        {calendars.length > 0 && (
          <MultiSelect
            label="Blackout calendars"
            description="Shared by schedules."
            data={calendars}
            value={draft.calendars}
            onChange={(chosen) => onChange({ calendars: chosen })}
            error={wrong("calendars")}
            searchable
          />
        )}
        <PeriodsField field="blackouts" periods={draft.blackouts} zone={draft.zone} onChange={(blackouts) => onChange({ blackouts })} wrong={wrong} />
      </Stack>
    </Fieldset>
  );
}

/** Nothing where there is nobody to choose. */
function OwnerField({ draft, onChange, wrong }: FieldsProps) {
  const { data } = useQuery(ownersQuery);
  const people = data?.items ?? [];
  const isOnlyOne = people.every(({ id }) => draft.owner === null || String(id) === draft.owner);
  if (people.length <= 1 && isOnlyOne) return null;
  return (
    <Fieldset legend="Whose it is">
      <Select
        label="Owner"
        description="Who is asked about it, and named on its page. Nobody gets other rights by it."
        placeholder="You, when you add it"
        data={people.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={draft.owner}
        onChange={(owner) => onChange({ owner })}
        error={wrong("owner_id")}
        allowDeselect={false}
        searchable
        nothingFoundMessage="Nobody of that name"
      />
    </Fieldset>
  );
}

function Meaning({ words }: { words: string }) {
  return (
    <Text size="sm" c="dimmed" mt="xs" aria-live="polite">
      {words}
    </Text>
  );
}
