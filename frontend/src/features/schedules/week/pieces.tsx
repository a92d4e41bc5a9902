/** One hour of a schedule in the week: as a chip with its time and name, or as a slot in the strip of a day. */
import type { CSSProperties } from "react";
import { clockOf } from "@/lib/zones";
import { fillOf } from "../tones";
import { itemWords, type Dense, type Item } from "./week";
import classes from "./week.module.css";

type ChipProps = { item: Item; zone: string; onShow: (item: Item) => void };

export function Chip({ item, zone, onShow }: ChipProps) {
  const { cell, schedule, tone, count } = item;
  const words = `${clockOf(cell.first_at, zone)} ${schedule.name} (${schedule.script.name}): ${itemWords(item)}`;
  return (
    <button type="button" className={classes.chip} data-tone={tone} style={{ "--tone": `var(--tone-${tone})` } as CSSProperties} title={words} aria-label={words} onClick={() => onShow(item)}>
      <b>{clockOf(cell.first_at, zone)}</b> {schedule.name}
      {count > 1 && ` ×${count}`}
    </button>
  );
}

type StripProps = { dense: Dense; day: string; zone: string; onShow: (item: Item) => void };

export function Strip({ dense, day, zone, onShow }: StripProps) {
  const hours = dense.days.get(day);
  if (!hours) return null;
  return (
    <div className={classes.strip}>
      {hours.map((item, hour) => (item ? <Slot key={hour} item={item} zone={zone} onShow={onShow} /> : <span key={hour} />))}
    </div>
  );
}

function Slot({ item, zone, onShow }: ChipProps) {
  const words = `${item.schedule.name}, ${clockOf(item.cell.first_at, zone)}: ${itemWords(item)}`;
  return <button type="button" className={classes.slot} style={{ background: fillOf(item.cell) }} title={words} aria-label={words} onClick={() => onShow(item)} />;
}
