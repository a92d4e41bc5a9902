/** The days of a ledger as a calendar shows them: weeks, and counts in words. Pure. */
import { addDays, daysBetween, dayWords, weekdayOf } from "@/lib/zones";
import { failedWords, outcomeWords, totalOf, type Counts } from "../tones";

const WEEKS = 12;
const AHEAD = 1;

/** Twelve whole weeks, the last of them the one after `today`, or as many weeks further back as `back` says. */
export function stripOf(today: string, back: number): string[] {
  const last = addDays(today, 6 - weekdayOf(today) + 7 * (AHEAD - back));
  return daysBetween(addDays(last, 1 - 7 * WEEKS), last);
}

/** `1 missed, 23 ran; 2 failed`; `nothing due` for none. */
export function countWords(counts: Counts | undefined): string {
  return counts && totalOf(counts) > 0 ? outcomeWords(counts).join(", ") + failedWords(counts) : "nothing due";
}

/** `uncounted`: what is still to come on that day is not known; what has been is. */
export function dayLabel(day: string, counts: Counts | undefined, uncounted = false): string {
  if (!uncounted) return `${dayWords(day)}: ${countWords(counts)}`;
  const past = counts && { ...counts, planned: 0 };
  const told = past && totalOf(past) > 0 ? `${countWords(past)}; ` : "";
  return `${dayWords(day)}: ${told}so many to come that they are not counted`;
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

/** How many due times did not run or failed, for a mark that needs no colour. */
export function troublesOf(counts: Counts | undefined): number {
  return counts ? counts.missed + counts.skipped + counts.failed : 0;
}
