/** From a refusal to the fields of the form of schedules. Pure. */
import { ApiError } from "@/api/client";

/** What the server has against a field or anything inside it: `blackouts.0` hears of `blackouts.0.weekly.days`. */
export function errorAt(error: Error | null, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  const found = error.errors.filter((one) => one.field === field || one.field.startsWith(`${field}.`));
  return found.map((one) => one.message).join(" ") || null;
}

/** The names of the refused fields that lie in one of these. */
export function namedIn(error: Error | null, fields: string[]): string[] {
  if (!(error instanceof ApiError)) return [];
  return error.errors.map((one) => one.field).filter((name) => fields.some((field) => name === field || name.startsWith(`${field}.`)));
}
