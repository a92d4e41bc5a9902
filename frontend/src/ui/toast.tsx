/** Short notices in the corner, for deeds whose result is not visible elsewhere, and the way back from one. */
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ApiError } from "@/api/client";

/** Long enough to read it, to see what one did, and to get to the button with the keyboard. */
const UNDO_MS = 10_000;

export function toast(message: string): void {
  notifications.show({ message, autoClose: 4_000, withBorder: true });
}

export function toastError(error: Error): void {
  const about = error instanceof ApiError && error.status >= 500 && error.requestId ? ` (request ${error.requestId})` : "";
  notifications.show({ message: error.message + about, color: "red", autoClose: 10_000, withBorder: true, role: "alert" });
}

/** Says what was done and offers to take it back; `undo` runs once at most, and what it throws is told. */
export function toastUndo(message: string, undo: () => unknown): void {
  const id = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{message}</span>
        <Button size="compact-sm" variant="default" onClick={() => void takeBack(id, undo)}>
          Undo
        </Button>
      </Group>
    ),
    autoClose: UNDO_MS,
    withBorder: true,
  });
}

async function takeBack(id: string, undo: () => unknown): Promise<void> {
  notifications.hide(id);
  try {
    await undo();
  } catch (error) {
    toastError(error instanceof Error ? error : new Error(String(error)));
  }
}
