/** The ledger's days as rows of numbers, newest first. */
import { Button, Text } from "@mantine/core";
import { dayWords } from "@/lib/zones";
import type { Day } from "../api";
import { OUTCOME_WORDS } from "../words";
import classes from "./ledger.module.css";

const COLUMNS = ["ran", "failed", "missed", "skipped", "caught_up", "planned"] as const;
const WORDS = { ...OUTCOME_WORDS, failed: "failed" };

/** So short that the numbers have room on a phone. */
const short = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

export function DayTable({ days, onChoose }: { days: Day[]; onChoose: (day: string) => void }) {
  if (days.length === 0) return <Text size="sm">Nothing was due in these weeks.</Text>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {COLUMNS.map((one) => (
            <th key={one} scope="col">
              {WORDS[one]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...days].reverse().map((day) => (
          <tr key={day.day}>
            <th scope="row">
              <Button size="compact-sm" variant="subtle" px={4} aria-label={dayWords(day.day)} title={dayWords(day.day)} onClick={() => onChoose(day.day)}>
                {short.format(Date.parse(day.day))}
              </Button>
            </th>
            {COLUMNS.map((one) => (
              <td key={one} data-outcome={day[one] ? one : undefined}>
                {day[one] || ""}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
