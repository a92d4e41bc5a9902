/** A form: its fields, what the server refused and no field shows, and the button that sends it. */
import { Button, Group, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { keepEnter } from "./enter";
import { ErrorAlert } from "./error-alert";

type Props = {
  /** The deed, as the button says it: "Save settings". */
  action: string;
  sending: { isPending: boolean; error: Error | null };
  /** The fields whose messages stand under their inputs. */
  shown: string[];
  onSubmit: () => void;
  /** Beside the button. */
  beside?: ReactNode;
  children: ReactNode;
};

export function Form({ action, sending, shown, onSubmit, beside, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit} onKeyDown={keepEnter}>
      <Stack>
        {children}
        <ErrorAlert error={sending.error} hide={shown} />
        <Group>
          <Button type="submit" loading={sending.isPending}>
            {action}
          </Button>
          {beside}
        </Group>
      </Stack>
    </form>
  );
}
