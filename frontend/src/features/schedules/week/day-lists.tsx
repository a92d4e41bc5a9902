/** The week as a list of days, for narrow screens. */
import { Text } from "@mantine/core";
import { dayWords } from "@/lib/zones";
import { Section } from "@/ui/section";
import tones from "../tones.module.css";
import { Chip, Strip } from "./pieces";
import { oftenWords, type Item, type Week } from "./week";
import type { WeekProps } from "./week-grid";
import classes from "./week.module.css";

export function DayLists({ week, days, today, zone, onShow }: WeekProps) {
  return (
    <div className={`${tones.tones} ${classes.days}`}>
      {days.map((day) => {
        const items = itemsOf(week, day);
        const often = week.dense.filter((one) => one.days.has(day));
        const empty = items.length + often.length === 0 ? "Nothing is due." : null;
        return (
          <Section key={day} title={dayWords(day) + (day === today ? " (today)" : "")} empty={empty}>
            {often.map((dense) => (
              <div key={dense.schedule.id} className={classes.dayOften}>
                <Text size="sm">
                  <b>{dense.schedule.name}</b> {oftenWords(dense)}
                </Text>
                <Strip dense={dense} day={day} zone={zone} onShow={onShow} />
              </div>
            ))}
            {items.map((item) => (
              <Chip key={`${item.schedule.id} ${item.cell.at}`} item={item} zone={zone} onShow={onShow} />
            ))}
          </Section>
        );
      })}
    </div>
  );
}

function itemsOf(week: Week, day: string): Item[] {
  const found = [...week.items].filter(([key]) => key.startsWith(`${day} `)).flatMap(([, items]) => items);
  return found.sort((a, b) => a.cell.first_at.localeCompare(b.cell.first_at));
}
