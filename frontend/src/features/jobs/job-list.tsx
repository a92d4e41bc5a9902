/** The jobs of a filter, newest first, older ones by button; those that have not ended can be cancelled together. */
import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Job } from "@/api/types";
import { plural } from "@/lib/format";
import { Confirm } from "@/ui/confirm";
import { Above } from "@/ui/rows";
import { toast } from "@/ui/toast";
import { jobsQuery, useCancelJobs } from "./api";
import type { JobFilter } from "./filter";
import { JobRows } from "./job-rows";
import classes from "./jobs.module.css";

export function JobList({ filter, empty }: { filter: JobFilter; empty: ReactNode }) {
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(jobsQuery(filter));
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const jobs = data.pages.flatMap((page) => page.items);
  const live = jobs.filter(canBeCancelled).map((job) => job.id);
  // What has ended meanwhile is no longer chosen.
  const ids = live.filter((id) => chosen.has(id));
  const choose = (id: number, on: boolean) => setChosen(new Set(on ? [...ids, id] : ids.filter((one) => one !== id)));
  if (jobs.length === 0) return empty;
  return (
    <Stack gap="sm">
      {live.length > 1 && (
        <Chosen ids={ids} live={live} onChange={(next) => setChosen(new Set(next))} />
      )}
      <JobRows
        jobs={jobs}
        label="Jobs"
        choice={(job) =>
          live.length > 1 &&
          canBeCancelled(job) && (
            <Above>
              <Checkbox
                size="xs"
                aria-label={`Choose job ${job.id}`}
                checked={chosen.has(job.id)}
                onChange={(event) => choose(job.id, event.currentTarget.checked)}
              />
            </Above>
          )
        }
      />
      {hasNextPage && (
        <Button variant="default" onClick={() => void fetchNextPage()} loading={isFetchingNextPage} style={{ alignSelf: "center" }}>
          Older jobs
        </Button>
      )}
    </Stack>
  );
}

function canBeCancelled(job: Job): boolean {
  return job.moves.includes("cancel");
}

type ChosenProps = { ids: number[]; live: number[]; onChange: (ids: number[]) => void };

/** How many are chosen, and what can be done with them. */
function Chosen({ ids, live, onChange }: ChosenProps) {
  const [asking, setAsking] = useState(false);
  const cancel = useCancelJobs();
  const all = ids.length === live.length;
  const run = () =>
    cancel.mutate(ids, {
      onSuccess: ({ cancelled, ended }) => {
        toast(`Cancelled ${plural(cancelled, "job")}.${ended ? ` ${plural(ended, "job")} had ended already.` : ""}`);
        setAsking(false);
        onChange([]);
      },
    });
  return (
    <Group className={classes.chosen} justify="space-between">
      <Checkbox
        size="xs"
        label={`${plural(live.length, "job")} on this page not ended`}
        checked={all}
        indeterminate={ids.length > 0 && !all}
        onChange={() => onChange(all ? [] : live)}
      />
      {ids.length > 0 && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">{`${ids.length} chosen`}</Text>
          <Button size="compact-sm" variant="default" leftSection={<Square size={13} aria-hidden />} onClick={() => setAsking(true)}>
            {`Cancel ${plural(ids.length, "job")}`}
          </Button>
        </Group>
      )}
      <Confirm
        opened={asking}
        title={`Cancel ${plural(ids.length, "job")}?`}
        action={`Cancel ${plural(ids.length, "job")}`}
        busy={cancel.isPending}
        error={cancel.error}
        onConfirm={run}
        onClose={() => setAsking(false)}
      >
        Those that run are stopped where they are, and those that wait will not begin. Their logs stay.
      </Confirm>
    </Group>
  );
}
