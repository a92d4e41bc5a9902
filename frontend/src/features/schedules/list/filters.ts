/** Which schedules a list shows, as its address says it. Pure. */
import type { Schedule } from "@/api/types";
import { isInTrouble, stateOf } from "../words";

export const STATES = {
  on: "on",
  off: "off",
  ended: "ended",
  trouble: "last run failed, skipped or missed",
} as const;
export type StateFilter = keyof typeof STATES;
export type ScheduleFilter = { script: number | null; state: StateFilter | null; text: string };

export function filterFrom(search: URLSearchParams): ScheduleFilter {
  const state = search.get("state") ?? "";
  return {
    script: Number(search.get("script")) || null,
    state: state in STATES ? (state as StateFilter) : null,
    text: search.get("q") ?? "",
  };
}

export function searchFrom({ script, state, text }: ScheduleFilter): Record<string, string> {
  return { ...(script && { script: String(script) }), ...(state && { state }), ...(text && { q: text }) };
}

/** Those that fit, what runs next first; what will not run by itself stands at the end. */
export function chosen(schedules: Schedule[], filter: ScheduleFilter, now: number): Schedule[] {
  const sought = filter.text.trim().toLowerCase();
  const fits = (one: Schedule) =>
    (filter.script === null || one.script.id === filter.script) &&
    (filter.state === null || isOf(one, filter.state, now)) &&
    [one.name, one.words, one.cron, one.script.name].some((text) => text.toLowerCase().includes(sought));
  return schedules.filter(fits).sort((a, b) => (a.next_at ?? "9").localeCompare(b.next_at ?? "9") || a.id - b.id);
}

function isOf(schedule: Schedule, state: StateFilter, now: number): boolean {
  if (state === "trouble") return isInTrouble(schedule);
  const is = stateOf(schedule, false, now);
  return state === "on" ? is === "on" || is === "waiting" : is === state;
}
