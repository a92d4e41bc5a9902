/** A new schedule, or another crontab line for one, with what it means while one types. */
import { Button, Group, Modal, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Ref, Schedule } from "@/api/types";
import { joinArguments, splitArguments } from "@/lib/arguments";
import { ownZone } from "@/lib/dates";
import { ErrorAlert } from "@/ui/error-alert";
import { fieldError } from "@/ui/field-errors";
import { toast } from "@/ui/toast";
import { previewQuery, useSaveSchedule, zonesQuery } from "./api";
import { NextRuns } from "./next-runs";

type Props = {
  /** Null makes a new one. */
  schedule: Schedule | null;
  /** The scripts to choose from; one when the page is that script's. */
  scripts: Ref[];
  onClose: () => void;
};

const EXAMPLES = [
  ["Every 10 minutes", "*/10 * * * *"],
  ["Hourly", "0 * * * *"],
  ["Daily at 3", "0 3 * * *"],
  ["Weekdays at 9", "0 9 * * mon-fri"],
  ["Monthly", "0 6 1 * *"],
] as const;

export function ScheduleDialog({ schedule, scripts, onClose }: Props) {
  const [script, setScript] = useState<string | null>(String(schedule?.script.id ?? scripts[0]?.id ?? ""));
  const [cron, setCron] = useState(schedule?.cron ?? "0 3 * * *");
  const [zone, setZone] = useState<string | null>(schedule?.zone ?? ownZone());
  const [line, setLine] = useState(joinArguments(schedule?.arguments ?? []));
  const [enabled, setEnabled] = useState(schedule?.enabled ?? true);
  const [asked] = useDebouncedValue(cron, 250);
  const preview = useQuery(previewQuery(asked, zone ?? "UTC"));
  const zones = useQuery(zonesQuery);
  const save = useSaveSchedule(schedule?.id ?? null);
  const split = splitArguments(line);
  const wrong = (field: string) => fieldError(save.error, field) ?? fieldError(preview.error, field);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (split.error) return;
    const body = { script_id: Number(script), cron, zone: zone ?? "UTC", enabled, arguments: split.words };
    const done = () => {
      toast(schedule ? "The schedule is changed." : "The schedule is added.");
      onClose();
    };
    save.mutate(body, { onSuccess: done });
  };
  return (
    <Modal opened onClose={onClose} title={schedule ? "Edit schedule" : "New schedule"} size="lg">
      <form onSubmit={submit}>
        <Stack>
          {!schedule && scripts.length > 1 && (
            <Select
              label="Script"
              data={scripts.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={script}
              onChange={setScript}
              error={wrong("script_id")}
              allowDeselect={false}
              searchable
            />
          )}
          <TextInput
            label="Crontab line"
            description="Minute, hour, day of the month, month, day of the week. Also @daily, @weekly and the like."
            value={cron}
            onChange={(event) => setCron(event.currentTarget.value)}
            error={wrong("cron")}
            spellCheck={false}
            autoComplete="off"
            data-autofocus
            styles={{ input: { fontFamily: "var(--sc-mono)" } }}
          />
          <Group gap={6}>
            {EXAMPLES.map(([name, value]) => (
              <Button key={value} size="compact-xs" variant="default" onClick={() => setCron(value)}>
                {name}
              </Button>
            ))}
          </Group>
          <Select
            label="Time zone"
            data={zones.data?.items ?? [zone ?? "UTC"]}
            value={zone}
            onChange={setZone}
            error={wrong("zone")}
            limit={60}
            allowDeselect={false}
            searchable
            nothingFoundMessage="No such time zone"
          />
          <NextRuns preview={preview.isError ? null : (preview.data ?? null)} />
          <TextInput
            label="Arguments"
            description="As on a command line. May stay empty."
            value={line}
            onChange={(event) => setLine(event.currentTarget.value)}
            error={split.error ?? wrong("arguments")}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--sc-mono)" } }}
          />
          <Switch label="Switched on" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
          <ErrorAlert error={save.error} hide={["cron", "zone", "script_id", "arguments"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {schedule ? "Save schedule" : "Add schedule"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
