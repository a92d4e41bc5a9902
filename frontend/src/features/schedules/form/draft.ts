/** A schedule as its form holds it, and as the server takes it. Pure; times are walls of the schedule's zone. */
import type { Schedule } from "@/api/types";
import { joinArguments, splitArguments } from "@/lib/arguments";
import { changedFields } from "@/lib/changed";
import { ownZone } from "@/lib/dates";
import { environmentText, parseEnvironment } from "@/lib/environment";
import { exactWallOf, momentOf } from "@/lib/zones";
import type { Period, PreviewBody, ScheduleBody, ScheduleChange } from "../api";

type Policies = Pick<
  Schedule,
  "kind" | "overlap" | "overlap_limit" | "catch_up" | "catch_up_window_s" | "catch_up_cap" | "grace_s" | "jitter_s" | "enabled" | "priority" | "name" | "cron" | "zone"
>;

export type Draft = Policies & {
  script: string | null;
  /** Null: whoever adds it, or nobody as before. */
  owner: string | null;
  every_s: number | null;
  /** Walls such as `2026-11-22T03:00`, with seconds where there are some; empty for none. */
  epoch: string;
  at: string;
  starts_at: string;
  ends_at: string;
  /** As one types them. */
  line: string;
  variables: string;
  blackouts: Period[];
  calendars: string[];
};

const NEW: Omit<Draft, "script" | "zone"> = {
  kind: "cron",
  name: "",
  cron: "0 3 * * *",
  every_s: 600,
  epoch: "",
  at: "",
  starts_at: "",
  ends_at: "",
  enabled: true,
  line: "",
  variables: "",
  owner: null,
  priority: null,
  overlap: "skip",
  overlap_limit: 1,
  catch_up: "latest",
  catch_up_window_s: 86_400,
  catch_up_cap: 10,
  grace_s: 60,
  jitter_s: 0,
  blackouts: [],
  calendars: [],
};

export function newDraft(script: string | null): Draft {
  return { ...NEW, script, zone: ownZone() };
}

export function draftOf(schedule: Schedule): Draft {
  const { kind, zone, overlap, overlap_limit, catch_up, catch_up_window_s, catch_up_cap, grace_s, jitter_s, enabled, priority, name } = schedule;
  const wall = (at: string | null) => (at ? exactWallOf(at, zone) : "");
  return {
    ...{ kind, zone, overlap, overlap_limit, catch_up, catch_up_window_s, catch_up_cap, grace_s, jitter_s, enabled, priority, name },
    script: String(schedule.script.id),
    owner: schedule.owner && String(schedule.owner.id),
    cron: schedule.cron || NEW.cron,
    every_s: schedule.every_s ?? NEW.every_s,
    epoch: wall(schedule.epoch),
    at: wall(schedule.at),
    starts_at: wall(schedule.starts_at),
    ends_at: wall(schedule.ends_at),
    line: joinArguments(schedule.arguments),
    variables: environmentText(schedule.environment),
    blackouts: schedule.blackouts.map(withoutNulls),
    calendars: schedule.calendars.map(({ id }) => String(id)),
  };
}

/** The server tells all kinds of a period and takes one. */
export function withoutNulls({ weekly, date, from, to, reason }: Schedule["blackouts"][number]): Period {
  if (weekly) return { weekly: { ...weekly, days: weekly.days as NonNullable<Period["weekly"]>["days"] }, reason };
  return date ? { date, reason } : { from, to, reason };
}

type Moment = "epoch" | "at" | "starts_at" | "ends_at";

/** When it is due, of the chosen kind alone. A moment that nobody has touched stays what it was: its wall may stand for
 * two, and does not show all of it. */
function timesOf(draft: Draft, opened: Schedule | null): Pick<ScheduleBody, "kind" | "cron" | "zone" | "every_s" | Moment> {
  const { kind, zone } = draft;
  const was = opened && draftOf(opened);
  const moment = (field: Moment) => {
    if (opened && was?.zone === zone && was[field] === draft[field]) return opened[field];
    return draft[field] ? momentOf(draft[field], zone) : null;
  };
  return {
    kind,
    zone,
    cron: kind === "cron" ? draft.cron : "",
    every_s: kind === "every" ? draft.every_s : null,
    epoch: kind === "every" ? moment("epoch") : null,
    at: kind === "once" ? moment("at") : null,
    starts_at: kind === "once" ? null : moment("starts_at"),
    ends_at: kind === "once" ? null : moment("ends_at"),
  };
}

export function previewOf(draft: Draft, opened: Schedule | null): PreviewBody {
  const jitter_s = Math.min(3_600, Math.max(0, draft.jitter_s));
  return { ...timesOf(draft, opened), jitter_s, viewer_zone: ownZone(), ...(opened && { schedule_id: opened.id }) };
}

/** What only this page can say of it, by field; the server says the rest. */
export function mistakesOf(draft: Draft): Record<string, string> {
  const found: Record<string, string> = {};
  const line = splitArguments(draft.line).error;
  const variables = parseEnvironment(draft.variables).error;
  if (!draft.script) found.script_id = "Choose the script that it starts.";
  if (line) found.arguments = line;
  if (variables) found.environment = variables;
  if (draft.kind === "once" && !draft.at) found.at = "Say when it is to run.";
  return found;
}

/** All of a new schedule; of one that was opened, what it would be now. */
export function bodyOf(draft: Draft, opened: Schedule | null = null): ScheduleBody {
  const { name, enabled, priority, overlap, overlap_limit, catch_up, catch_up_window_s, catch_up_cap, grace_s, jitter_s } = draft;
  return {
    ...timesOf(draft, opened),
    ...{ name, enabled, priority, overlap, overlap_limit, catch_up, catch_up_window_s, catch_up_cap, grace_s, jitter_s },
    script_id: Number(draft.script),
    ...(draft.owner !== null && { owner_id: Number(draft.owner) }),
    arguments: splitArguments(draft.line).words,
    environment: parseEnvironment(draft.variables).values,
    blackouts: draft.blackouts,
    calendars: draft.calendars.map(Number),
  };
}

/** What was changed since it was opened, and nothing else: the rest may have been changed by somebody else meanwhile. */
export function changesOf(draft: Draft, opened: Schedule): ScheduleChange {
  return changedFields(bodyOf(draftOf(opened), opened), bodyOf(draft, opened));
}

/** The fields that stand under "More": a refusal that names one of them opens it. */
export const MORE_FIELDS = [
  "overlap", "overlap_limit", "catch_up", "catch_up_window_s", "catch_up_cap", "grace_s", "jitter_s",
  "starts_at", "ends_at", "epoch", "priority", "blackouts", "calendars", "owner_id",
];
export const FIELDS = [...MORE_FIELDS, "script_id", "name", "kind", "cron", "zone", "every_s", "at", "arguments", "environment"];
