/** The schedules that start something next, soonest first. */
import type { Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { Row, Rows } from "@/ui/rows";
import { Section } from "@/ui/section";
import { Time } from "@/ui/time";
import { nameOf } from "./words";

const SHOWN = 5;

export function UpcomingSchedules({ schedules }: { schedules: Schedule[] }) {
  const next = schedules
    .flatMap((schedule) => (schedule.enabled && schedule.next_at ? [{ schedule, at: schedule.next_at }] : []))
    .sort((a, b) => a.at.localeCompare(b.at))
    .slice(0, SHOWN);
  return (
    <Section title="Next runs" to={paths.schedules()} empty={next.length === 0 ? "No schedule is switched on." : null}>
      <Rows label="Next runs">
        {next.map(({ schedule, at }) => (
          <Row
            key={schedule.id}
            to={paths.schedule(schedule.id)}
            name={schedule.script.name}
            note={nameOf(schedule)}
            side={<Time at={at} />}
          />
        ))}
      </Rows>
    </Section>
  );
}
