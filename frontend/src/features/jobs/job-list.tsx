/** The jobs of a filter, newest first, older ones by button. */
import { Button, Stack } from "@mantine/core";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { jobsQuery, type JobFilter } from "./api";
import { JobRows } from "./job-rows";

export function JobList({ filter, empty }: { filter: JobFilter; empty: ReactNode }) {
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(jobsQuery(filter));
  const jobs = data.pages.flatMap((page) => page.items);
  if (jobs.length === 0) return empty;
  return (
    <Stack>
      <JobRows jobs={jobs} label="Jobs" />
      {hasNextPage && (
        <Button variant="default" onClick={() => void fetchNextPage()} loading={isFetchingNextPage} style={{ alignSelf: "center" }}>
          Older jobs
        </Button>
      )}
    </Stack>
  );
}
