/** What the list of schedules is filtered by, as its address says it and as the server is asked. Pure. */
import type { ScheduleState } from "@/api/types";

export const STATES: Record<ScheduleState, string> = {
  on: "on",
  off: "off",
  ended: "ended",
  trouble: "last run failed, skipped or missed",
};
/** As the server is asked: of which script, whose, how it stands, and words that stand in it. */
export type ScheduleFilter = { script_id?: number; owner_id?: number; state?: ScheduleState; q?: string };

const STATE_NAMES = Object.keys(STATES) as ScheduleState[];
const NUMBERS = { script: "script_id", owner: "owner_id" } as const;
/** The server takes no longer text. */
const LONGEST = 200;

export function filterFrom(search: URLSearchParams): ScheduleFilter {
  const filter: ScheduleFilter = {
    state: STATE_NAMES.find((state) => state === search.get("state")),
    q: search.get("q")?.slice(0, LONGEST) || undefined,
  };
  for (const [name, field] of Object.entries(NUMBERS)) filter[field] = whole(search.get(name));
  return filter;
}

export function searchFrom({ state, q, ...rest }: ScheduleFilter): Record<string, string> {
  const numbers = Object.entries(NUMBERS).map(([name, field]) => [name, rest[field]] as const);
  const said = [...numbers, ["state", state] as const, ["q", q] as const].filter(([, value]) => value);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}

/** Whether the list shows less than all there is. */
export function isFiltered(filter: ScheduleFilter): boolean {
  return Object.values(filter).some(Boolean);
}

function whole(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
