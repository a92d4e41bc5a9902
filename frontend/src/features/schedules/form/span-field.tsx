/** A length of time as a number and its unit; it is kept in seconds. */
import { Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { NumberField } from "@/ui/number-field";

const UNITS = [
  [1, "seconds"],
  [60, "minutes"],
  [3_600, "hours"],
  [86_400, "days"],
] as const;

type Props = { label: string; description?: string; value: number | null; onChange: (seconds: number | null) => void; error: string | null };

export function SpanField({ label, description, value, onChange, error }: Props) {
  const [unit, setUnit] = useState(() => unitOf(value ?? 0));
  const count = value === null ? null : value / unit;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <NumberField
        label={label}
        description={description}
        value={count}
        onChange={(next) => onChange(next === null ? null : Math.round(next * unit))}
        error={error}
        min={0}
        allowDecimal
        style={{ flex: 1 }}
      />
      <NativeSelect
        label="Unit"
        aria-label={`${label}: unit`}
        // As high as what stands above the number.
        description={description && NOTHING}
        data={UNITS.map(([size, name]) => ({ value: String(size), label: name }))}
        value={String(unit)}
        onChange={(event) => {
          const next = Number(event.currentTarget.value);
          setUnit(next);
          if (count !== null) onChange(Math.round(count * next));
        }}
        w={110}
      />
    </Group>
  );
}

const NOTHING = "\u00a0";

/** The largest unit of which the span is a whole number; minutes for none. */
export function unitOf(seconds: number): number {
  if (seconds === 0) return 60;
  return [...UNITS].reverse().find(([size]) => seconds % size === 0)?.[0] ?? 1;
}
