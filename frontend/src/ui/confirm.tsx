/** "Are you sure?" with what will be lost, and the server's refusal in the same place. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorAlert } from "./error-alert";
import { Notice } from "./notice";

type Props = {
  opened: boolean;
  title: string;
  children: ReactNode;
  /** The deed, as the button says it: "Delete image". */
  action: string;
  danger?: boolean;
  busy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
};

export function Confirm({ opened, title, children, action, danger = true, busy, error, onConfirm, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered>
      <Stack>
        {danger ? (
          <Notice tone="warn">{children}</Notice>
        ) : (
          <div>{children}</div>
        )}
        <ErrorAlert error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep
          </Button>
          <Button color={danger ? "red" : undefined} loading={busy} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
