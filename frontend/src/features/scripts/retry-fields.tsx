/** When an attempt fails: how often a job is tried again, after which pauses and for which reasons, and until when. */
import { Checkbox, SimpleGrid, Stack, Text } from "@mantine/core";
import type { Retries, RetryReason } from "@/api/types";
import { duration } from "@/lib/format";
import { fieldError } from "@/ui/field-errors";
import { NumberField } from "@/ui/number-field";
import { REASONS, retriesInWords } from "./retries";

/** The fields of a refusal that are shown here. */
export const RETRY_FIELDS = ["retries.count", "retries.delay_s", "retries.factor", "retries.reasons", "deadline_s"];

type Props = {
  retries: Retries;
  onRetries: (retries: Retries) => void;
  deadline: number | null;
  onDeadline: (seconds: number | null) => void;
  error: Error | null;
};

export function RetryFields({ retries, onRetries, deadline, onDeadline, error }: Props) {
  const change = (part: Partial<Retries>) => onRetries({ ...retries, ...part });
  const again = retries.count > 0;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <NumberField
          label="Retries"
          value={retries.count}
          onChange={(count) => change({ count: count ?? 0 })}
          error={fieldError(error, "retries.count")}
          min={0}
          max={10}
        />
        {again && <Pauses retries={retries} change={change} error={error} />}
      </SimpleGrid>
      <Text size="sm" role="status">
        {retriesInWords(retries)}
      </Text>
      {again && <Reasons retries={retries} change={change} error={error} />}
      <NumberField
        label="Deadline (seconds)"
        description="For a job as a whole: its waiting, all attempts and the pauses between them. Empty: none."
        value={deadline}
        onChange={onDeadline}
        error={fieldError(error, "deadline_s")}
        min={1}
      />
      {deadline !== null && deadline > 0 && (
        <Text size="sm" role="status">
          Stopped {duration(deadline)} after it was asked for, however far it has come.
        </Text>
      )}
    </Stack>
  );
}

type PartProps = { retries: Retries; change: (part: Partial<Retries>) => void; error: Error | null };

function Pauses({ retries, change, error }: PartProps) {
  return (
    <>
      <NumberField
        label="First pause (seconds)"
        value={retries.delay_s}
        onChange={(delay) => change({ delay_s: delay ?? 0 })}
        error={fieldError(error, "retries.delay_s")}
        min={0}
        max={3600}
      />
      <NumberField
        label="Pauses grow by factor"
        value={retries.factor}
        onChange={(factor) => change({ factor: factor ?? 1 })}
        error={fieldError(error, "retries.factor")}
        min={1}
        max={10}
        step={0.5}
        allowDecimal
      />
    </>
  );
}

function Reasons({ retries, change, error }: PartProps) {
  return (
    <Checkbox.Group
      label="Try again when an attempt"
      value={retries.reasons}
      onChange={(reasons) => change({ reasons: reasons as RetryReason[] })}
      error={fieldError(error, "retries.reasons")}
    >
      <Stack gap={6} mt={4}>
        {Object.entries(REASONS).map(([reason, words]) => (
          <Checkbox key={reason} value={reason} label={words} />
        ))}
        <Text size="xs" c="dimmed">
          The script finds the number of its attempt in the environment variable SCRIPTER_ATTEMPT.
        </Text>
      </Stack>
    </Checkbox.Group>
  );
}
