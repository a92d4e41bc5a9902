/** What the server refused: where all of it stands under fields, only that it was; anything else in its own words. */
import { ApiError } from "@/api/client";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { namedIn } from "./errors";

export function Refusal({ error, fields }: { error: Error | null; fields: string[] }) {
  const shown = namedIn(error, fields);
  const all = error instanceof ApiError && shown.length > 0 && shown.length === error.errors.length;
  if (!all) return <ErrorAlert error={error} hide={shown} />;
  return (
    <Notice tone="bad" role="alert">
      Not saved: {shown.length === 1 ? "a field needs" : "some fields need"} another value. What is wrong stands under {shown.length === 1 ? "it" : "them"}.
    </Notice>
  );
}
