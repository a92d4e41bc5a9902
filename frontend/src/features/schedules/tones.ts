/** How counts of due times are coloured and told, worst first, in the ledger's days and hours and in the week. Pure. */
import type { Outcome } from "@/api/types";
import { OUTCOME_WORDS } from "./words";

/** `failed`: how many of those that ran, or were caught up, ended badly. */
export type Counts = Record<Outcome, number> & { failed: number };
export type Tone = "bad" | "fail" | "warn" | "good" | "plan" | "none";

/** What stands out first: what never took place, then what failed. */
const PARTS: readonly (readonly [tone: Tone, count: (counts: Counts) => number])[] = [
  ["bad", ({ missed }) => missed],
  ["fail", ({ failed }) => failed],
  ["warn", ({ skipped }) => skipped],
  ["good", ({ ran, caught_up, failed }) => Math.max(0, ran + caught_up - failed)],
  ["plan", ({ planned }) => planned],
];
/** What is there at all is seen: a fifth of the room. */
const LEAST = 0.2;
export const OUTCOMES: readonly Outcome[] = ["missed", "skipped", "caught_up", "ran", "planned"];

export function totalOf(counts: Counts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
}

/** `1 missed`, `23 ran` and so on; how many failed is said after them by `failedWords`. */
export function outcomeWords(counts: Counts): string[] {
  return OUTCOMES.flatMap((outcome) => (counts[outcome] ? [`${counts[outcome]} ${outcome === "planned" ? "to come" : OUTCOME_WORDS[outcome]}`] : []));
}

export const failedWords = ({ failed }: Counts) => (failed ? `; ${failed} failed` : "");

/** The colours from top to bottom, worst first, each with where it ends (0 to 1). */
export function sharesOf(counts: Counts | undefined): [tone: Tone, end: number][] {
  const found = counts ? PARTS.map(([tone, count]) => [tone, count(counts)] as const).filter(([, count]) => count > 0) : [];
  if (found.length === 0) return [["none", 1]];
  const total = found.reduce((all, [, count]) => all + count, 0);
  const weights = found.map(([tone, count]) => [tone, Math.max(count / total, LEAST)] as const);
  const sum = weights.reduce((all, [, weight]) => all + weight, 0);
  let end = 0;
  return weights.map(([tone, weight]) => [tone, (end += weight / sum)]);
}

/** What somebody should look at comes first. */
export function toneOf(counts: Counts): Tone {
  return sharesOf(counts)[0]?.[0] ?? "none";
}

/** The shares for CSS. What failed lets the hatching below it through, so that it is told apart without colours, too. */
export function fillOf(counts: Counts | undefined): string {
  let from = 0;
  const stops = sharesOf(counts).map(([tone, end]) => {
    const stop = `${tone === "fail" ? "transparent" : `var(--tone-${tone})`} ${percent(from)} ${percent(end)}`;
    from = end;
    return stop;
  });
  return `linear-gradient(${stops.join(", ")}), var(--tone-fail)`;
}

const percent = (share: number) => `${Number((share * 100).toFixed(1))}%`;
