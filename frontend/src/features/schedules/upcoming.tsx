/** The schedules that start something next, soonest first. */
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { paths } from "@/blocks/paths";
import { Row, Rows } from "@/ui/rows";
import { Section } from "@/ui/section";
import { Time } from "@/ui/time";
import { upcomingQuery } from "./api";
import { nameOf } from "./words";

export function UpcomingSchedules() {
  const { data } = useSuspenseInfiniteQuery(upcomingQuery);
  const next = data.pages[0]?.items ?? [];
  return (
    <Section title="Next runs" to={paths.schedules()} empty={next.length === 0 ? "No schedule is switched on." : null}>
      <Rows label="Next runs">
        {next.map((schedule) => (
          <Row
            key={schedule.id}
            to={paths.schedule(schedule.id)}
            name={schedule.script.name}
            note={nameOf(schedule)}
            side={schedule.next_at && <Time at={schedule.next_at} />}
          />
        ))}
      </Rows>
    </Section>
  );
}
