/** The schedules of all scripts or of one, what runs next first; filters stand in the address. */
import { Button, Group, Stack } from "@mantine/core";
import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useSearchParams } from "react-router";
import type { Ref } from "@/api/types";
import { paths } from "@/blocks/paths";
import { plural } from "@/lib/format";
import { useAskedSearch } from "@/lib/use-asked-search";
import { EmptyState } from "@/ui/empty-state";
import { LinkButton } from "@/ui/link-button";
import { listedIn, ownersQuery, pauseQuery, schedulesQuery } from "./api";
import { filterFrom, isFiltered, searchFrom, type ScheduleFilter } from "./list/filters";
import { ScheduleFilters } from "./list/schedule-filters";
import { ScheduleRow } from "./list/schedule-row";
import classes from "./schedules.module.css";

type Props = { scripts: Ref[]; scriptId?: number };

/** Fewer than this are seen at a glance. */
const MANY = 4;

export function Schedules({ scripts, scriptId }: Props) {
  const [search, setSearch] = useSearchParams();
  const asked = filterFrom(useAskedSearch());
  const filter = filterFrom(search);
  const { data } = useSuspenseInfiniteQuery(schedulesQuery(ofScript(filter, scriptId)));
  const { data: owners } = useQuery(ownersQuery);
  const change = (next: ScheduleFilter) => setSearch(searchFrom(next), { replace: true });
  const count = data.pages[0]?.items.length ?? 0;
  const people = owners?.items ?? [];
  if (scripts.length === 0) return <NoScripts />;
  if (count === 0 && !isFiltered(filter)) return <NoSchedules scriptId={scriptId} />;
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        {count >= MANY || isFiltered(filter) ? (
          <ScheduleFilters filter={asked} scripts={scriptId ? [] : scripts} people={people} onChange={change} />
        ) : (
          <span />
        )}
        {scriptId !== undefined && <NewSchedule scriptId={scriptId} />}
      </Group>
      <List filter={filter} scriptId={scriptId} showOwner={people.length > 1} />
    </Stack>
  );
}

/** A script's own page has no other scripts to choose. */
function ofScript(filter: ScheduleFilter, scriptId: number | undefined): ScheduleFilter {
  return scriptId === undefined ? filter : { ...filter, script_id: scriptId };
}

type ListProps = { filter: ScheduleFilter; scriptId?: number; showOwner: boolean };

function List({ filter, scriptId, showOwner }: ListProps) {
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(schedulesQuery(ofScript(filter, scriptId)));
  const { data: paused } = useQuery(pauseQuery);
  const shown = listedIn(data);
  if (shown.length === 0) return <EmptyState title="No such schedule">No schedule fits these filters. Clear them to see all.</EmptyState>;
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label="Schedules">
        {shown.map((one) => (
          <ScheduleRow key={one.id} schedule={one} showScript={scriptId === undefined} showOwner={showOwner} allPaused={!!paused?.pause} />
        ))}
      </ul>
      {hasNextPage && (
        <Button variant="default" onClick={() => void fetchNextPage()} loading={isFetchingNextPage} style={{ alignSelf: "center" }}>
          More schedules
        </Button>
      )}
      {!hasNextPage && isFiltered(filter) && (
        <p className={classes.count} role="status">
          {plural(shown.length, "schedule fits", "schedules fit")} these filters
        </p>
      )}
    </Stack>
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
