/** Due times on three clocks: the schedule's, UTC and the reader's; and what changes of the clocks do to them. */
import { Text } from "@mantine/core";
import { moment, ownZone, relative } from "@/lib/dates";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { clockOf, inZone, wallOf } from "@/lib/zones";
import type { Preview } from "./api";
import classes from "./schedules.module.css";

type Due = Preview["next"][number];

export function Dues({ dues, zone, label }: { dues: Due[]; zone: string; label: string }) {
  return (
    <ol className={classes.dues} aria-label={label}>
      {dues.map((due) => (
        <li key={due.utc}>
          <span>{localWords(due.local)}</span>
          <Until at={due.utc} />
          <span className={classes.others}>{[...otherClocks(due.utc, zone), ...jitterOf(due)].join(" · ")}</span>
          {due.note && <span className={classes.note}>{due.note}</span>}
        </li>
      ))}
    </ol>
  );
}

function Until({ at }: { at: string }) {
  const words = useNow((now) => untilWords(at, now));
  return (
    <time dateTime={at} title={moment(at)}>
      {words}
    </time>
  );
}

const DAY_MS = 86_400_000;

/** As elsewhere, but in days where the date stands beside it anyway. */
export function untilWords(at: string, now: number): string {
  const days = Math.round((Date.parse(at) - now) / DAY_MS);
  return days > 6 ? `in ${days} days` : relative(at, now);
}

/** The same moment on the clocks that the first line does not show; with its day where that is another one. */
export function otherClocks(utc: string, zone: string, viewer = ownZone()): string[] {
  const there = wallOf(utc, zone);
  const told = (other: string) => (wallOf(utc, other).slice(0, 10) === there.slice(0, 10) ? clockOf(utc, other) : inZone(utc, other));
  const words = zone === "UTC" ? [] : [`${told("UTC")} UTC`];
  if (viewer !== zone && viewer !== "UTC" && wallOf(utc, viewer) !== there) words.push(`${told(viewer)} on your clock`);
  return words;
}

function jitterOf(due: Due): string[] {
  const late = (Date.parse(due.planned_at) - Date.parse(due.utc)) / 1000;
  return late ? [`starts ${duration(late)} later`] : [];
}

/** What the changes of the clocks in the coming year mean; null for what goes by no clock. */
export function ClockChanges({ changes, zone, kind }: { changes: Preview["changes"]; zone: string; kind: string }) {
  if (kind !== "cron") return <Text size="sm">It goes by the time that passes, whatever clocks show: changes of the clocks do nothing to it.</Text>;
  if (changes.length === 0) return <Text size="sm">The clocks of {zone} are not changed in the coming year.</Text>;
  return (
    <ul className={classes.runs}>
      {changes.map((change) => (
        <li key={change.utc}>{change.words}</li>
      ))}
    </ul>
  );
}

const wall = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});

/** `2026-03-29T03:00:00+02:00` -> `Sun, 29 Mar 2026, 03:00`: the wall clock there, wherever the reader is. */
export function localWords(local: string): string {
  const [, shown, seconds] = /^(.{16})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?$/.exec(local) ?? [];
  if (!shown) return local;
  return `${wall.format(Date.parse(`${shown}:00Z`))}${seconds && seconds !== "00" ? `:${seconds}` : ""}`;
}
