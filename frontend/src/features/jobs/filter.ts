/** What the list of jobs is filtered by, as its address says it and as the server is asked. Pure. */
import type { JobStatus, Trigger } from "@/api/types";
import { JOB_STATUSES, TRIGGER_NAMES } from "@/blocks/status";

/** A span that ends now. */
export type Period = keyof typeof PERIODS;
export type JobFilter = {
  status?: JobStatus;
  script_id?: number;
  image_id?: number;
  trigger?: Trigger;
  started_by_id?: number;
  /** The number of one of the script's versions. */
  version?: number;
  period?: Period;
  /** Moments in place of a period, as ISO texts; `until` is not part of the span. */
  since?: string;
  until?: string;
};

export const PERIODS = { "1h": "last hour", "24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days" } as const;
const HOURS: Record<Period, number> = { "1h": 1, "24h": 24, "7d": 7 * 24, "30d": 30 * 24 };
const NUMBERS = { script: "script_id", image: "image_id", person: "started_by_id", version: "version" } as const;

export function filterFrom(search: URLSearchParams): JobFilter {
  const filter: JobFilter = {
    status: JOB_STATUSES.find((status) => status === search.get("status")),
    trigger: TRIGGER_NAMES.find((trigger) => trigger === search.get("trigger")),
    period: (Object.keys(PERIODS) as Period[]).find((period) => period === search.get("period")),
    since: moment(search.get("since")),
    until: moment(search.get("until")),
  };
  for (const [name, field] of Object.entries(NUMBERS)) filter[field] = whole(search.get(name));
  return filter;
}

export function searchFrom(filter: JobFilter): Record<string, string> {
  const { status, trigger, period, since, until } = filter;
  const texts = Object.entries({ status, trigger, period, since, until });
  const numbers = Object.entries(NUMBERS).map(([name, field]) => [name, filter[field]] as const);
  return Object.fromEntries([...texts, ...numbers].filter(([, value]) => value).map(([name, value]) => [name, String(value)]));
}

/** The question to the server at this moment: a period becomes the moment at which it began. */
export function queryOf({ period, ...rest }: JobFilter, now: number): Omit<JobFilter, "period"> {
  if (!period) return rest;
  return { ...rest, since: new Date(now - HOURS[period] * 3_600_000).toISOString(), until: undefined };
}

/** What a field for local time holds, as a moment; nothing where it is empty. */
export function fromLocal(text: string): string | undefined {
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** `2026-11-22T16:30`, in the reader's own zone. */
export function toLocal(iso: string | undefined): string {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function moment(text: string | null): string | undefined {
  return text === null ? undefined : fromLocal(text);
}

function whole(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
