/** What schedules say of themselves, in plain words. Pure; used by the list, the page and the form of schedules. */
import type { Outcome, Schedule } from "@/api/types";
import { listed, plural } from "@/lib/format";
import { inZone } from "@/lib/zones";

type Policies = Pick<
  Schedule,
  "overlap" | "overlap_limit" | "catch_up" | "catch_up_window_s" | "catch_up_cap" | "grace_s" | "jitter_s"
>;

const UNITS = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** `90` -> `90 seconds`, `7200` -> `2 hours`: the largest unit that fits. */
export function span(seconds: number): string {
  const [size, unit] = UNITS.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, "second"];
  return plural(seconds / size, unit);
}

/** What happens while a job of the same schedule has not ended. */
export function overlapWords({ overlap, overlap_limit: limit }: Pick<Policies, "overlap" | "overlap_limit">): string {
  const words = {
    skip: "A run is skipped while the one before it has not ended.",
    queue: `A run waits its turn while the one before it has not ended; at most ${plural(limit, "run")} may wait.`,
    allow: limit === 1 ? "One run at a time; more are skipped." : `Up to ${limit} runs may go on at once; more are skipped.`,
    replace: "A run stops the one before it and takes its place.",
    fail: "A run that meets one that has not ended becomes a failed job.",
  };
  return words[overlap];
}

/** What happens to runs that came due while Scripter was down. */
export function catchUpWords(policies: Pick<Policies, "catch_up" | "catch_up_window_s" | "catch_up_cap">): string {
  const within = `if ${policies.catch_up === "all" ? "they are" : "it is"} at most ${span(policies.catch_up_window_s)} old`;
  const words = {
    none: "Runs that were missed are not made up for.",
    latest: `Of the runs that were missed the latest is made up for, ${within}.`,
    all: `Up to ${plural(policies.catch_up_cap, "missed run")} are made up for, oldest first, ${within}.`,
  };
  return words[policies.catch_up];
}

export function graceWords({ grace_s }: Pick<Policies, "grace_s">): string {
  return grace_s === 0 ? "A run that starts late at all counts as missed." : `A run may start up to ${span(grace_s)} late before it counts as missed.`;
}

export function jitterWords({ jitter_s }: Pick<Policies, "jitter_s">): string | null {
  return jitter_s === 0 ? null : `Each start is put off by up to ${span(jitter_s)}, always by the same for the same due time.`;
}

const USUAL: Policies = {
  overlap: "skip",
  overlap_limit: 1,
  catch_up: "latest",
  catch_up_window_s: 86_400,
  catch_up_cap: 10,
  grace_s: 60,
  jitter_s: 0,
};

/** One sentence or two about what applies, for the folded part of the form. */
export function policySummary(policies: Policies & { blackouts: unknown[]; calendars: unknown[] }): string {
  const silent = policies.blackouts.length + policies.calendars.length;
  const words = [overlapWords(policies), catchUpWords(policies)];
  if (policies.grace_s !== USUAL.grace_s) words.push(graceWords(policies));
  const put = jitterWords(policies);
  if (put) words.push(put);
  if (silent) words.push(`Nothing starts in ${plural(silent, "blackout")}.`);
  return words.join(" ");
}

const DAYS = { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" } as const;
export type DayName = keyof typeof DAYS;
export const DAY_NAMES = Object.keys(DAYS) as DayName[];
export const DAY_WORDS: Record<DayName, string> = DAYS;

type Told = Schedule["blackouts"][number];

/** `Mon, Tue and Wed from 22:00 to 06:00`, `25 Dec 2026`: when nothing starts, on the clocks of the zone. */
export function periodWords({ weekly, date, from, to }: Told, zone: string): string {
  if (weekly) {
    const days = weekly.days.length === 7 ? "every day" : listed(weekly.days.map((day) => DAYS[day as DayName]));
    const whole = weekly.from === "00:00" && weekly.to === "00:00";
    return whole ? `${days}, all day` : `${days} from ${weekly.from} to ${weekly.to}`;
  }
  if (date) return inZone(`${date}T12:00:00Z`, "UTC").replace(/, [^,]*$/, "");
  return from && to ? `${inZone(from, zone)} to ${inZone(to, zone)}` : "";
}

export type State = "on" | "off" | "paused" | "waiting" | "ended" | "broken";

/** How a schedule stands at this moment. `allPaused`: nothing starts anywhere. */
export function stateOf(schedule: Schedule, allPaused: boolean, now: number): State {
  if (schedule.trouble !== null) return "broken";
  if (schedule.next.length === 0) return "ended";
  if (!schedule.enabled) return "off";
  if (allPaused) return "paused";
  return schedule.starts_at && Date.parse(schedule.starts_at) > now ? "waiting" : "on";
}

export const OUTCOME_WORDS: Record<Outcome, string> = {
  planned: "planned",
  ran: "ran",
  caught_up: "caught up",
  skipped: "skipped",
  missed: "missed",
};

/** What a schedule is called where there is only room for one line. */
export function nameOf(schedule: Pick<Schedule, "name" | "words">): string {
  return schedule.name || schedule.words;
}
