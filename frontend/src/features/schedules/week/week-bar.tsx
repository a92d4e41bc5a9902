/** Which week, and on whose clocks; keys go from week to week. */
import { Button, Group, Kbd, Text } from "@mantine/core";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { ownZone } from "@/lib/dates";
import { addDays, dayOf, dayWords, isZone, mondayOf, weekOf } from "@/lib/zones";
import { useCommands } from "@/ui/commands";
import { ZoneField } from "../form/when-fields";

export type Choice = { monday: string; zone: string };
type Props = { choice: Choice; onChange: (choice: Choice) => void };

export function thisMonday(zone: string): string {
  return mondayOf(weekOf(dayOf(new Date().toISOString(), zone))) ?? "";
}

export function WeekBar({ choice: { monday, zone }, onChange }: Props) {
  const go = (days: number) => onChange({ zone, monday: addDays(monday, days) });
  const toToday = () => onChange({ zone, monday: thisMonday(zone) });
  useCommands([
    { id: "week-before", label: "A week back", group: "Week", keys: "[", run: () => go(-7) },
    { id: "week-after", label: "A week on", group: "Week", keys: "]", run: () => go(7) },
    { id: "week-this", label: "This week", group: "Week", keys: "t", run: toToday },
  ]);
  return (
    <Group justify="space-between" align="flex-end" mb="sm">
      <div>
        <Group gap={6}>
          <Button variant="default" px={8} aria-label="A week back" onClick={() => go(-7)}>
            <ChevronLeft size={16} />
          </Button>
          <Button variant="default" onClick={toToday} disabled={monday === thisMonday(zone)}>
            This week
          </Button>
          <Button variant="default" px={8} aria-label="A week on" onClick={() => go(7)}>
            <ChevronRight size={16} />
          </Button>
          <Text fw={600} aria-live="polite" ml={4}>
            Week {Number(weekOf(monday).slice(6))}, from {dayWords(monday).replace(/^\w+ /, "")}
          </Text>
        </Group>
        <Text size="xs" c="dimmed" mt={4} visibleFrom="sm">
          Keys: <Kbd size="xs">[</Kbd> a week back, <Kbd size="xs">]</Kbd> a week on, <Kbd size="xs">t</Kbd> this week.
        </Text>
      </div>
      <ZoneField label="On the clocks of" value={zone} onChange={(next) => onChange({ monday, zone: next })} w={220} />
    </Group>
  );
}

/** The choice that an address holds; this week on the reader's clocks where it holds none. */
export function choiceFrom(search: URLSearchParams): Choice {
  const given = search.get("zone");
  const zone = isZone(given) ? given : ownZone();
  return { zone, monday: mondayOf(search.get("week")) ?? thisMonday(zone) };
}

export function searchOf({ monday, zone }: Choice): Record<string, string> {
  return { week: weekOf(monday), ...(zone !== ownZone() && { zone }) };
}
