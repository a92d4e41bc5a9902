/** Seven days side by side, an hour a row; hours without anything are thin. Above them what runs often. */
import { Fragment, useState } from "react";
import { dayWords } from "@/lib/zones";
import tones from "../tones.module.css";
import { Chip, Strip } from "./pieces";
import { keyOf, oftenWords, type Item, type Week } from "./week";
import classes from "./week.module.css";

export type WeekProps = { week: Week; days: string[]; today: string; zone: string; onShow: (item: Item) => void };

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const SHOWN = 4;
const head = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

export function WeekGrid(props: WeekProps) {
  const { week, days, today } = props;
  return (
    <div className={`${tones.tones} ${classes.week}`} tabIndex={0} role="region" aria-label="The week">
      <table className={classes.grid}>
        <thead>
          <tr>
            <td style={{ width: "3.6rem", border: 0 }} />
            {days.map((day) => (
              <th key={day} scope="col" data-today={day === today || undefined} aria-current={day === today ? "date" : undefined}>
                {head.format(Date.parse(day))}
              </th>
            ))}
          </tr>
        </thead>
        {week.dense.length > 0 && <OftenRows {...props} />}
        <tbody>
          {HOURS.map((hour) => (
            <HourRow key={hour} hour={hour} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HourRow({ hour, week, days, today, zone, onShow }: WeekProps & { hour: number }) {
  const quiet = days.every((day) => !week.items.has(keyOf(day, hour)));
  return (
    <tr className={quiet ? classes.quiet : undefined}>
      <HourCell quiet={quiet} hour={hour} />
      {days.map((day) => (
        <td key={day} data-today={day === today || undefined}>
          <HourItems items={week.items.get(keyOf(day, hour)) ?? []} zone={zone} onShow={onShow} />
        </td>
      ))}
    </tr>
  );
}

function HourCell({ quiet, hour }: { quiet: boolean; hour: number }) {
  return quiet ? <td style={{ border: 0 }} /> : <th scope="row">{`${String(hour).padStart(2, "0")}:00`}</th>;
}

function HourItems({ items, zone, onShow }: { items: Item[]; zone: string; onShow: (item: Item) => void }) {
  const [all, setAll] = useState(false);
  const shown = all || items.length <= SHOWN ? items : items.slice(0, SHOWN - 1);
  return (
    <>
      {shown.map((item) => (
        <Chip key={item.schedule.id} item={item} zone={zone} onShow={onShow} />
      ))}
      {shown.length < items.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          {items.length - shown.length} more
        </button>
      )}
    </>
  );
}

function OftenRows({ week, days, today, zone, onShow }: WeekProps) {
  return (
    <tbody className={classes.often}>
      {week.dense.map((dense) => (
        <Fragment key={dense.schedule.id}>
          <tr>
            <th scope="rowgroup" colSpan={8} className={classes.oftenName}>
              <b>{dense.schedule.name}</b> <span>{dense.schedule.script.name} · {oftenWords(dense)}</span>
            </th>
          </tr>
          <tr>
            <td style={{ borderLeft: 0 }} />
            {days.map((day) => (
              <td key={day} data-today={day === today || undefined} aria-label={dayWords(day)}>
                <Strip dense={dense} day={day} zone={zone} onShow={onShow} />
              </td>
            ))}
          </tr>
        </Fragment>
      ))}
    </tbody>
  );
}
