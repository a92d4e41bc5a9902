/** A job's new state, put where pages show it; called for every change that the stream of changes tells. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Job, Page } from "@/api/types";
import { jobKeys } from "./api";

type Pages = InfiniteData<Page<Job>, number | null>;

/** Where the job is to be seen, it is shown as it is now. Whether it belongs into a list only the server knows. */
export function takeJob(cache: QueryClient, job: Job): void {
  cache.setQueryData(jobKeys.one(job.id), job);
  void cache.invalidateQueries({ queryKey: jobKeys.events(job.id) });
  for (const [key, pages] of cache.getQueriesData<Pages>({ queryKey: jobKeys.lists })) {
    if (pages) cache.setQueryData(key, withJob(pages, job));
  }
}

/** The pages with this job's new state in its old place. */
export function withJob(pages: Pages, job: Job): Pages {
  const items = (page: Page<Job>) => page.items.map((one) => (one.id === job.id ? job : one));
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: items(page) })) };
}
