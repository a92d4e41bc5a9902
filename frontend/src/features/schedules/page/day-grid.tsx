/** Weeks of days side by side, each a button; arrow keys go from day to day. */
import { VisuallyHidden } from "@mantine/core";
import { useRef, useState, type KeyboardEvent } from "react";
import { weekdayOf } from "@/lib/zones";
import type { Day } from "../api";
import { fillOf } from "../tones";
import { DAY_NAMES, DAY_WORDS } from "../words";
import { dayLabel, troublesOf } from "./ledger-days";
import classes from "./ledger.module.css";

type Props = {
  /** Whole weeks, in their order. */
  days: string[];
  byDay: Map<string, Day>;
  /** Of these the server has not counted all that is to come. */
  uncounted: Set<string>;
  today: string;
  chosen: string | null;
  onChoose: (day: string) => void;
};

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 };

export function DayGrid({ days, byDay, uncounted, today, chosen, onChoose }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [reached, setReached] = useState(chosen ?? today);
  // One of them is reached with Tab, the others from there with the arrow keys.
  const stop = days.includes(reached) ? reached : (days.at(-1) ?? "");
  const move = (event: KeyboardEvent) => {
    const next = days[days.indexOf(stop) + (STEPS[event.key] ?? 0)];
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    if (!next) return;
    setReached(next);
    table.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus();
  };
  return (
    <table ref={table} className={classes.grid} aria-label="Days">
      <thead>
        <tr>
          <td />
          {mondays(days).map((monday, index) => (
            <td key={monday} className={classes.month} aria-hidden>
              {monthAt(monday, index)}
            </td>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={move}>
        {DAY_NAMES.map((name, row) => (
          <tr key={name}>
            <th scope="row">{DAY_WORDS[name]}</th>
            {days
              .filter((day) => weekdayOf(day) === row)
              .map((day) => (
                <td key={day}>
                  <DayButton
                    day={day}
                    counts={byDay.get(day)}
                    uncounted={uncounted.has(day)}
                    today={day === today}
                    chosen={day === chosen}
                    stop={day === stop}
                    onReach={setReached}
                    onChoose={onChoose}
                  />
                </td>
              ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type ButtonProps = {
  day: string;
  counts: Day | undefined;
  uncounted: boolean;
  today: boolean;
  chosen: boolean;
  /** The one that Tab leads to. */
  stop: boolean;
  onReach: (day: string) => void;
  onChoose: (day: string) => void;
};

function DayButton({ day, counts, uncounted, today, chosen, stop, onReach, onChoose }: ButtonProps) {
  const label = dayLabel(day, counts, uncounted);
  return (
    <button
      type="button"
      className={classes.day}
      data-day={day}
      style={{ background: uncounted && !counts ? "var(--tone-plan)" : fillOf(counts) }}
      tabIndex={stop ? 0 : -1}
      aria-pressed={chosen}
      title={label}
      onFocus={() => onReach(day)}
      onClick={() => onChoose(day)}
    >
      <VisuallyHidden>{label + (today ? ", today" : "")}</VisuallyHidden>
      <Mark troubles={troublesOf(counts)} today={today} />
    </button>
  );
}

function Mark({ troubles, today }: { troubles: number; today: boolean }) {
  if (troubles) return <span className={classes.mark} aria-hidden>{troubles > 99 ? "99+" : troubles}</span>;
  return today ? <span className={classes.mark} aria-hidden>•</span> : null;
}

const mondays = (days: string[]) => days.filter((day) => weekdayOf(day) === 0);

const month = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });

/** The month above its first week of the strip. */
function monthAt(monday: string, index: number): string {
  const isFirst = index === 0 || Number(monday.slice(8)) <= 7;
  return isFirst ? month.format(Date.parse(monday)) : "";
}
