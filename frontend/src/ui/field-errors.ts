/** From a refusal to the messages under the inputs. */
import { ApiError } from "@/api/client";

/** `fieldError(error, "limits.memory_mb")` -> the message of that field, or null. */
export function fieldError(error: Error | null, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  return error.errors.find((one) => one.field === field)?.message ?? null;
}
