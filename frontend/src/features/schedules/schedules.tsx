/** The schedules of all scripts or of one, what runs next first; filters stand in the address. */
import { Group, Stack } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useSearchParams } from "react-router";
import type { Ref, Schedule } from "@/api/types";
import { paths } from "@/blocks/paths";
import { plural } from "@/lib/format";
import { useAskedSearch } from "@/lib/use-asked-search";
import { useNow } from "@/lib/use-now";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { pauseQuery, schedulesQuery } from "./api";
import { chosen, filterFrom, searchFrom, type ScheduleFilter } from "./list/filters";
import { ScheduleFilters } from "./list/schedule-filters";
import { ScheduleRow } from "./list/schedule-row";
import classes from "./schedules.module.css";

type Props = { scripts: Ref[]; scriptId?: number };

/** Fewer than this are seen at a glance. */
const MANY = 4;
const MINUTE_MS = 60_000;

export function Schedules({ scripts, scriptId }: Props) {
  const { data } = useSuspenseQuery(schedulesQuery(scriptId ?? null));
  const [, setSearch] = useSearchParams();
  const search = useAskedSearch();
  const filter = filterFrom(search);
  const change = (next: ScheduleFilter) => setSearch(searchFrom(next), { replace: true });
  if (scripts.length === 0) return <NoScripts />;
  if (data.items.length === 0) return <NoSchedules scriptId={scriptId} />;
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        {data.items.length >= MANY || search.size > 0 ? (
          <ScheduleFilters filter={filter} scripts={scriptId ? [] : scripts} onChange={change} />
        ) : (
          <span />
        )}
        {scriptId !== undefined && <NewSchedule scriptId={scriptId} />}
      </Group>
      <List schedules={data.items} filter={filter} showScript={scriptId === undefined} />
    </Stack>
  );
}

type ListProps = { schedules: Schedule[]; filter: ScheduleFilter; showScript: boolean };

function List({ schedules, filter, showScript }: ListProps) {
  const { data: paused } = useQuery(pauseQuery);
  const now = useNow((at) => at - (at % MINUTE_MS));
  const shown = chosen(schedules, filter, now);
  if (shown.length === 0) return <EmptyState title="No such schedule">No schedule fits these filters. Clear them to see all.</EmptyState>;
  return (
    <div>
      <ul className={classes.list} aria-label="Schedules">
        {shown.map((one) => (
          <ScheduleRow key={one.id} schedule={one} showScript={showScript} allPaused={!!paused?.pause} />
        ))}
      </ul>
      {shown.length < schedules.length && (
        <p className={classes.count} role="status">
          {shown.length} of {plural(schedules.length, "schedule")}
        </p>
      )}
    </div>
  );
}

export function NewSchedule({ scriptId }: { scriptId?: number }) {
  return (
    <LinkButton to={paths.newSchedule(scriptId)} leftSection={<CalendarPlus size={16} />}>
      New schedule
    </LinkButton>
  );
}

function NoSchedules({ scriptId }: { scriptId?: number }) {
  return (
    <EmptyState title="No schedule yet" action={<NewSchedule scriptId={scriptId} />}>
      A schedule starts a script by itself: on a crontab line, at a steady pace, or once. What was due and did not run is told
      here too, with the reason.
    </EmptyState>
  );
}

function NoScripts() {
  return (
    <EmptyState title="No schedule yet" action={<LinkButton to={paths.newScript()}>New script</LinkButton>}>
      A schedule starts a script by itself. Write a script first.
    </EmptyState>
  );
}
