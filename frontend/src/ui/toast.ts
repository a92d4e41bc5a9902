/** Short notices in the corner, for deeds whose result is not visible elsewhere. */
import { notifications } from "@mantine/notifications";
import { ApiError } from "@/api/client";

export function toast(message: string): void {
  notifications.show({ message, autoClose: 4_000, withBorder: true });
}

export function toastError(error: Error): void {
  const about = error instanceof ApiError && error.status >= 500 && error.requestId ? ` (request ${error.requestId})` : "";
  notifications.show({ message: error.message + about, color: "red", autoClose: 10_000, withBorder: true, role: "alert" });
}
