/** The time column of a log. Pure. */

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** The reader's wall clock with milliseconds: `05:45:40.453`. */
export function clockTime(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? "" : `${clock.format(at)}.${String(at % 1000).padStart(3, "0")}`;
}

/** Minutes, seconds and milliseconds since the start: `+1:04.210`. */
export function sinceStart(iso: string, startedAt: string | null): string {
  const passed = Date.parse(iso) - Date.parse(startedAt ?? "");
  if (Number.isNaN(passed)) return "";
  const ms = Math.max(0, passed);
  const seconds = String(Math.floor(ms / 1000) % 60).padStart(2, "0");
  return `+${Math.floor(ms / 60_000)}:${seconds}.${String(ms % 1000).padStart(3, "0")}`;
}
