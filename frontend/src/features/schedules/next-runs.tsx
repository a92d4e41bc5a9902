/** What a crontab line means: in words, and its next ten due times in its own zone. */
import { Text } from "@mantine/core";
import type { components } from "@/api/schema";
import { Time } from "@/ui/time";
import classes from "./schedules.module.css";

export function NextRuns({ preview }: { preview: components["schemas"]["PreviewView"] | null }) {
  return (
    <div className={classes.preview} aria-live="polite" role="group" aria-label="Next runs">
      {preview ? (
        <>
          <Text fw={600} size="sm">
            {preview.words}
          </Text>
          <ol>
            {preview.next.map((due) => (
              <li key={due.utc}>
                <b>{localWords(due.local)}</b>
                {due.note ? <span>{due.note}</span> : <Time at={due.utc} />}
              </li>
            ))}
          </ol>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          The next ten runs appear here as soon as the line can be read.
        </Text>
      )}
    </div>
  );
}

const day = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});

/** `2026-03-29T03:00:00+02:00` -> `Sun, Mar 29, 2026, 03:00 (UTC+02:00)`: the wall clock there, wherever the reader is. */
export function localWords(local: string): string {
  const [, wall, offset] = /^(.{16})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(local) ?? [];
  if (!wall) return local;
  const zone = !offset || offset === "Z" || offset === "+00:00" ? "UTC" : `UTC${offset}`;
  return `${day.format(Date.parse(`${wall}:00Z`))} (${zone})`;
}
