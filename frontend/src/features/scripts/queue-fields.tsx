/** A script's jobs beside all others: who goes first, how many run and wait at once. */
import { SimpleGrid } from "@mantine/core";
import { fieldError } from "@/ui/field-errors";
import { NumberField } from "@/ui/number-field";

export type QueueRules = { priority: number; max_running: number | null; max_queued: number | null };

/** The fields of a refusal that are shown here. */
export const QUEUE_FIELDS = ["priority", "max_running", "max_queued"];

type Props = { rules: QueueRules; onChange: (rules: QueueRules) => void; error: Error | null };

export function QueueFields({ rules, onChange, error }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }}>
      <NumberField
        label="Priority"
        description="-10 to 10. Higher ones go first."
        value={rules.priority}
        onChange={(priority) => onChange({ ...rules, priority: priority ?? 0 })}
        error={fieldError(error, "priority")}
        min={-10}
        max={10}
      />
      <NumberField
        label="Running at once"
        description="More of them wait. Empty: no limit."
        value={rules.max_running}
        onChange={(max_running) => onChange({ ...rules, max_running })}
        error={fieldError(error, "max_running")}
        min={1}
      />
      <NumberField
        label="Waiting at once"
        description="More are refused. Empty: no limit."
        value={rules.max_queued}
        onChange={(max_queued) => onChange({ ...rules, max_queued })}
        error={fieldError(error, "max_queued")}
        min={1}
      />
    </SimpleGrid>
  );
}
