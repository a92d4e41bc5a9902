/** What a thing is called and what it is for: the first two fields of its forms. */
import { TextInput } from "@mantine/core";
import { fieldError } from "./field-errors";

export type About = { name: string; description: string };

/** The fields of a refusal that are shown here. */
export const ABOUT_FIELDS = ["name", "description"];

type Props = {
  value: About;
  onChange: (about: About) => void;
  error: Error | null;
  /** A name for example. Given where the thing is new: the form begins there. */
  example?: string;
};

export function AboutFields({ value, onChange, error, example }: Props) {
  return (
    <>
      <TextInput
        label="Name"
        placeholder={example}
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
        error={fieldError(error, "name")}
        data-autofocus={example !== undefined || undefined}
        required
      />
      <TextInput
        label="Description"
        value={value.description}
        onChange={(event) => onChange({ ...value, description: event.currentTarget.value })}
        error={fieldError(error, "description")}
      />
    </>
  );
}
