/** A new calendar, or other periods for one. */
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ownZone } from "@/lib/dates";
import { toast } from "@/ui/toast";
import { useSaveCalendar, type Calendar, type CalendarBody } from "../api";
import { withoutNulls } from "../form/draft";
import { errorAt } from "../form/errors";
import { newPeriod } from "../form/periods";
import { PeriodsField } from "../form/periods-field";
import { Refusal } from "../form/refusal";
import { ZoneField } from "../form/when-fields";

const FIELDS = ["name", "zone", "periods"];

export function CalendarDialog({ calendar, onClose }: { calendar: Calendar | null; onClose: () => void }) {
  const [draft, setDraft] = useState<Required<CalendarBody>>(() =>
    calendar
      ? { name: calendar.name, zone: calendar.zone, periods: calendar.periods.map(withoutNulls) }
      : { name: "", zone: ownZone(), periods: [newPeriod()] },
  );
  const save = useSaveCalendar(calendar?.id ?? null);
  const wrong = (field: string) => errorAt(save.error, field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const done = () => {
      toast(calendar ? `Saved ${draft.name}. It holds from this second on.` : `Made ${draft.name}.`);
      onClose();
    };
    save.mutate(draft, { onSuccess: done });
  };
  return (
    <Modal opened onClose={onClose} title={calendar ? `Edit ${calendar.name}` : "New calendar"} size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label="Name"
            placeholder="Public holidays"
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
            error={wrong("name")}
            data-autofocus
          />
          <ZoneField value={draft.zone} onChange={(zone) => setDraft({ ...draft, zone })} error={wrong("zone")} />
          <PeriodsField field="periods" periods={draft.periods} zone={draft.zone} onChange={(periods) => setDraft({ ...draft, periods })} wrong={wrong} />
          <Refusal error={save.error} fields={FIELDS} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {calendar ? "Save calendar" : "Make calendar"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
