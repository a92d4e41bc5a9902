/** The days of a ledger as a calendar shows them: weeks, counts in words, colours by share. Pure. */
import type { Outcome } from "@/api/types";
import { addDays, daysBetween, dayWords, weekdayOf } from "@/lib/zones";
import { OUTCOME_WORDS } from "../words";

export type Counts = Record<Outcome, number>;
export type Tone = "good" | "bad" | "warn" | "plan" | "none";

/** What stands out first. */
const ORDER: Outcome[] = ["missed", "skipped", "caught_up", "ran", "planned"];
const TONES: Record<Outcome, Tone> = { missed: "bad", skipped: "warn", caught_up: "good", ran: "good", planned: "plan" };
const WEEKS = 12;
const AHEAD = 1;

/** Twelve whole weeks, the last of them the one after `today`, or as many weeks further back as `back` says. */
export function stripOf(today: string, back: number): string[] {
  const last = addDays(today, 6 - weekdayOf(today) + 7 * (AHEAD - back));
  return daysBetween(addDays(last, 1 - 7 * WEEKS), last);
}

export function totalOf(counts: Counts): number {
  return ORDER.reduce((sum, outcome) => sum + counts[outcome], 0);
}

/** `1 missed, 23 ran`; `nothing due` for none. */
export function countWords(counts: Counts | undefined): string {
  const words = ORDER.flatMap((outcome) => (counts?.[outcome] ? [`${counts[outcome]} ${OUTCOME_WORDS[outcome]}`] : []));
  return words.join(", ") || "nothing due";
}

export function dayLabel(day: string, counts: Counts | undefined, uncounted = false): string {
  return `${dayWords(day)}: ${uncounted ? "so many to come that they are not counted" : countWords(counts)}`;
}

/** As many due times to come are counted by the server. */
const MOST_AHEAD = 2_000;

/** The days of the strip of which the server has not counted everything that is to come. */
export function uncountedOf(days: string[], counted: (Counts & { day: string })[]): Set<string> {
  const ahead = counted.filter((one) => one.planned > 0);
  const last = ahead.at(-1);
  if (!last || ahead.reduce((sum, one) => sum + one.planned, 0) < MOST_AHEAD) return new Set();
  return new Set(days.filter((day) => day >= last.day));
}

/** How many due times did not run, for a mark that needs no colour. */
export function holesOf(counts: Counts | undefined): number {
  return counts ? counts.missed + counts.skipped : 0;
}

/** The colours of one day from top to bottom, each with where it ends (0 to 1). What is there at all is seen: a fifth. */
export function sharesOf(counts: Counts | undefined): [tone: Tone, end: number][] {
  const total = counts ? totalOf(counts) : 0;
  if (!counts || total === 0) return [["none", 1]];
  const weights = new Map<Tone, number>();
  for (const outcome of ORDER) {
    if (counts[outcome] === 0) continue;
    const tone = TONES[outcome];
    weights.set(tone, (weights.get(tone) ?? 0) + Math.max(counts[outcome] / total, 0.2));
  }
  const sum = [...weights.values()].reduce((all, one) => all + one, 0);
  let end = 0;
  return [...weights].map(([tone, weight]) => [tone, (end += weight / sum)]);
}

/** The same for CSS, by the names of the ledger's colours. */
export function fillOf(counts: Counts | undefined): string {
  let from = 0;
  const stops = sharesOf(counts).map(([tone, end]) => {
    const stop = `var(--ledger-${tone}) ${percent(from)} ${percent(end)}`;
    from = end;
    return stop;
  });
  return `linear-gradient(${stops.join(", ")})`;
}

const percent = (share: number) => `${Number((share * 100).toFixed(1))}%`;
