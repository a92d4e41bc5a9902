/** Makes up for runs of a past window that never took place: first shows which, then starts them. */
import { Alert, Button, Group, List, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schedule } from "@/api/types";
import { plural } from "@/lib/format";
import { addDays, dayOf, inZone, momentOf, wallOf } from "@/lib/zones";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { toast } from "@/ui/toast";
import { useBackfill, usePreviewBackfill, type BackfillPreview } from "../api";
import { OUTCOME_WORDS } from "../words";

const SHOWN = 60;
const FIELDS = ["from", "to"];

export function BackfillDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const { zone } = schedule;
  const now = new Date().toISOString();
  const [from, setFrom] = useState(`${addDays(dayOf(now, zone), -1)}T00:00`);
  const [to, setTo] = useState(wallOf(now, zone));
  const look = usePreviewBackfill(schedule.id);
  const fill = useBackfill(schedule.id);
  const window = { from: momentOf(from, zone), to: momentOf(to, zone) };
  const found = look.data;
  const error = fill.error ?? look.error;
  const change = (set: (wall: string) => void) => (value: string) => {
    set(value);
    // What was shown is of another window.
    look.reset();
    fill.reset();
  };
  const done = () => {
    toast(`${plural(found?.runs ?? 0, "run")} started.`);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Make up for missed runs" size="lg">
      <Stack>
        <Text size="sm">
          Starts the runs of a past time that never took place: those that were missed or skipped, and those from before the schedule
          was made. What ran is not run again.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <WallField label={`From (${zone})`} value={from} onChange={change(setFrom)} error={fieldError(error, "from")} />
          <WallField label={`To (${zone})`} value={to} onChange={change(setTo)} error={fieldError(error, "to")} />
        </SimpleGrid>
        {found && <Found found={found} zone={zone} />}
        <ErrorAlert error={error} hide={FIELDS} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {found && found.runs > 0 && found.runs <= found.most ? (
            <Button loading={fill.isPending} onClick={() => fill.mutate(window, { onSuccess: done })}>
              Start {plural(found.runs, "run")}
            </Button>
          ) : (
            <Button disabled={!from || !to} loading={look.isPending} onClick={() => look.mutate(window)}>
              Show the runs
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

type WallProps = { label: string; value: string; onChange: (value: string) => void; error: string | null };

function WallField({ label, value, onChange, error }: WallProps) {
  return <TextInput type="datetime-local" label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} error={error} />;
}

function Found({ found, zone }: { found: BackfillPreview; zone: string }) {
  const gaps = found.items.filter((one) => one.fill);
  if (found.runs === 0) return <Alert variant="default">Nothing to make up for: of {plural(found.due, "due time")} none is missing.</Alert>;
  return (
    <section aria-label="Runs to be made up for" aria-live="polite">
      <Text size="sm" fw={600}>
        {plural(found.runs, "run")} of {plural(found.due, "due time")} would be started
        {found.runs > found.most && `; at most ${found.most} at once: choose a shorter time`}
      </Text>
      <List size="sm" mah={260} style={{ overflowY: "auto" }} tabIndex={0} mt={4}>
        {gaps.slice(0, SHOWN).map((one) => (
          <List.Item key={one.due_at}>
            {inZone(one.due_at, zone)}
            <Text span inherit c="dimmed">
              {" "}
              {one.was ? `was ${OUTCOME_WORDS[one.was]}${one.reason ? `: ${one.reason}` : ""}` : "from before the schedule was made"}
            </Text>
          </List.Item>
        ))}
        {gaps.length > SHOWN && <List.Item>and {gaps.length - SHOWN} more</List.Item>}
      </List>
    </section>
  );
}
