/** What was due on one day and what became of each; a day with many due times is shown by its hours first. */
import { Loader, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schedule } from "@/api/types";
import { clockOf, hourOf, startOf, addDays } from "@/lib/zones";
import { ErrorAlert } from "@/ui/error-alert";
import { hoursQuery, rowsQuery, type Day, type Span } from "../api";
import { EntryList } from "../entries";
import { fillOf, totalOf, type Counts } from "../tones";
import { countWords } from "./ledger-days";
import classes from "./ledger.module.css";

/** More than these are not read from top to bottom. */
const MANY = 48;
const HOUR_MS = 3_600_000;

type Props = { schedule: Schedule; day: string; counts: Day; hour: string | null; onHour: (hour: string | null) => void };

export function DayRows({ schedule, day, counts, hour, onHour }: Props) {
  const span = { from: startOf(day, schedule.zone), to: startOf(addDays(day, 1), schedule.zone) };
  if (totalOf(counts) <= MANY) return <Rows schedule={schedule} span={span} />;
  return (
    <>
      <Hours schedule={schedule} span={span} chosen={hour} onChoose={onHour} />
      {hour && <Rows key={hour} schedule={schedule} span={{ from: hour, to: new Date(Date.parse(hour) + HOUR_MS).toISOString() }} />}
    </>
  );
}

type HourProps = { schedule: Schedule; span: Span; chosen: string | null; onChoose: (hour: string | null) => void };

function Hours({ schedule, span, chosen, onChoose }: HourProps) {
  const { data, error } = useQuery(hoursQuery({ ...span, schedule_id: schedule.id }));
  if (!data) return <Waiting error={error} />;
  const cells = new Map(data.cells.map((cell) => [Date.parse(cell.at), cell]));
  const starts = Array.from({ length: (Date.parse(span.to) - Date.parse(span.from)) / HOUR_MS }, (_, index) => Date.parse(span.from) + index * HOUR_MS);
  return (
    <div className={classes.hours} role="group" aria-label="Hours">
      {starts.map((start) => {
        const at = new Date(start).toISOString();
        const counts: Counts | undefined = cells.get(start);
        const words = `${clockOf(at, schedule.zone)}: ${countWords(counts)}`;
        return (
          <button
            key={at}
            type="button"
            className={classes.hour}
            disabled={!counts}
            aria-pressed={at === chosen}
            title={words}
            onClick={() => onChoose(at === chosen ? null : at)}
          >
            <VisuallyHidden>{words}</VisuallyHidden>
            <span className={classes.bar} style={{ background: fillOf(counts) }} />
            <span aria-hidden>{hourOf(at, schedule.zone)}</span>
          </button>
        );
      })}
    </div>
  );
}

function Rows({ schedule, span }: { schedule: Schedule; span: Span }) {
  const { data, error } = useQuery(rowsQuery(schedule.id, span));
  if (!data) return <Waiting error={error} />;
  return (
    <>
      <EntryList entries={data.items} zone={schedule.zone} />
      {!data.complete && (
        <Text size="sm" c="dimmed">
          Only the first {data.items.length} are shown.
        </Text>
      )}
    </>
  );
}

function Waiting({ error }: { error: Error | null }) {
  return error ? <ErrorAlert error={error} /> : <Loader size="sm" role="status" aria-label="Loading" />;
}
