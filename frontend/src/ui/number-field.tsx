/** A number, or none: an empty field is null. */
import { NumberInput, type NumberInputProps } from "@mantine/core";

type Props = Omit<NumberInputProps, "value" | "onChange"> & { value: number | null; onChange: (value: number | null) => void };

export function NumberField({ value, onChange, ...rest }: Props) {
  return (
    <NumberInput
      allowDecimal={false}
      clampBehavior="none"
      {...rest}
      value={value ?? ""}
      onChange={(next) => onChange(next === "" ? null : Number(next))}
    />
  );
}
