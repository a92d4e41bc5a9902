/** The choice of the image that a script runs on, each with its state. */
import { Select } from "@mantine/core";
import type { Image } from "@/api/types";
import { fieldError } from "@/ui/field-errors";

type Props = {
  images: Image[];
  /** The image's id. */
  value: string | null;
  onChange: (id: string | null) => void;
  error: Error | null;
  description?: string;
};

export function ImageField({ images, value, onChange, error, description }: Props) {
  return (
    <Select
      label="Image"
      description={description}
      data={images.map((one) => ({ value: String(one.id), label: `${one.name} (${one.status})` }))}
      value={value}
      onChange={onChange}
      error={fieldError(error, "image_id")}
      allowDeselect={false}
      searchable
      required
    />
  );
}
