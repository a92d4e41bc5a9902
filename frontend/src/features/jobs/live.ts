/** Keeps jobs on the page true while they change, from the stream of changes. */
import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { openStream } from "@/api/stream";
import type { Job, Page } from "@/api/types";
import { BASE } from "@/lib/base";
import { jobKeys } from "./api";

type Pages = InfiniteData<Page<Job>, number | null>;

/** `onChange` hears of every change too, for the pages of others that show something about jobs. */
export function useLiveJobs(onChange: (job: Job) => void): void {
  const cache = useQueryClient();
  const hear = useEffectEvent((data: string) => {
    const job = JSON.parse(data) as Job;
    take(cache, job);
    onChange(job);
  });
  useEffect(() => {
    let opened = false;
    return openStream({
      url: () => `${BASE}/api/jobs/stream`,
      on: { job: (data) => hear(data) },
      onState: (state) => {
        // What changed while the line was down is not told again to a new stream.
        if (state === "open" && opened) void cache.invalidateQueries({ queryKey: jobKeys.all });
        if (state === "open") opened = true;
      },
    });
  }, [cache]);
}

function take(cache: QueryClient, job: Job): void {
  cache.setQueryData(jobKeys.one(job.id), job);
  void cache.invalidateQueries({ queryKey: jobKeys.events(job.id) });
  for (const [key, pages] of cache.getQueriesData<Pages>({ queryKey: jobKeys.lists })) {
    if (pages) cache.setQueryData(key, withJob(pages, job));
  }
  // A job may now enter or leave a filtered list: only the server knows.
  void cache.invalidateQueries({ queryKey: jobKeys.lists });
}

/** The pages with this job's new state in its old place. */
export function withJob(pages: Pages, job: Job): Pages {
  const items = (page: Page<Job>) => page.items.map((one) => (one.id === job.id ? job : one));
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: items(page) })) };
}
