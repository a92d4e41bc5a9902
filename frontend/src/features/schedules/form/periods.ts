/** The three kinds of periods in which nothing starts. Pure. */
import type { Period } from "../api";
import { DAY_NAMES } from "../words";

export const PERIOD_KINDS = { weekly: "On days of the week", date: "On a date", span: "Between two moments" } as const;
export type PeriodKind = keyof typeof PERIOD_KINDS;

export function kindOf(period: Period): PeriodKind {
  if (period.weekly) return "weekly";
  return typeof period.date === "string" ? "date" : "span";
}

export function newPeriod(): Period {
  return { weekly: { days: DAY_NAMES.slice(5), from: "00:00", to: "00:00" }, reason: "" };
}

/** Another kind of the same period: its reason stays. */
export function changedKind({ reason }: Period, kind: PeriodKind): Period {
  if (kind === "weekly") return { ...newPeriod(), reason };
  return kind === "date" ? { date: "", reason } : { from: null, to: null, reason };
}
