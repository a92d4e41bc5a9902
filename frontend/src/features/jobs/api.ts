/** Jobs: what ran, runs and waits. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, ApiError } from "@/api/client";
import type { Job } from "@/api/types";
import { randomKey } from "@/lib/random-key";
import { queryOf, type JobFilter } from "./filter";

export const jobKeys = {
  all: ["jobs"] as const,
  lists: ["jobs", "list"] as const,
  list: (filter: JobFilter, limit: number) => ["jobs", "list", filter, limit] as const,
  one: (id: number) => ["jobs", "one", id] as const,
  events: (id: number) => ["jobs", "events", id] as const,
  log: (id: number) => ["jobs", "log", id] as const,
  people: ["jobs", "people"] as const,
};

const byId = (id: number) => ({ params: { path: { job: String(id) } } });

/** Newest first, a page at a time: the cursor of one page asks for the next older one. */
export const jobsQuery = (filter: JobFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: jobKeys.list(filter, limit),
    queryFn: ({ pageParam }) => {
      const query = { ...queryOf(filter, Date.now()), before: pageParam ?? undefined, limit };
      return answer(api.GET("/api/jobs", { params: { query } }));
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });

export const jobQuery = (id: number) =>
  queryOptions({ queryKey: jobKeys.one(id), queryFn: () => answer(api.GET("/api/jobs/{job}", byId(id))) });

/** The id of the newest job of the same script that was asked for before this one; null if it is the first. */
export async function jobBefore(job: Job): Promise<number | null> {
  const query = { script_id: job.script.id, before: job.id, limit: 1 };
  const { items } = await answer(api.GET("/api/jobs", { params: { query } }));
  return items[0]?.id ?? null;
}

export const jobEventsQuery = (id: number) =>
  queryOptions({ queryKey: jobKeys.events(id), queryFn: () => answer(api.GET("/api/jobs/{job}/events", byId(id))) });

/** Who has started jobs. */
export const peopleQuery = queryOptions({ queryKey: jobKeys.people, queryFn: () => answer(api.GET("/api/jobs/people")) });

/** Only what was printed, to compare it; of an ended job. */
export const printedQuery = (id: number) =>
  queryOptions({
    queryKey: jobKeys.log(id),
    queryFn: () => {
      const params = { path: { job: String(id) }, query: { plain: true } };
      return answer(api.GET("/api/jobs/{job}/log", { params, parseAs: "text" }));
    },
    staleTime: Infinity,
    gcTime: 0,
  });

export function useCancelJob() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => answer(api.POST("/api/jobs/{job}/cancel", byId(id))),
    onSuccess: (job) => {
      cache.setQueryData(jobKeys.one(job.id), job);
      void cache.invalidateQueries({ queryKey: jobKeys.events(job.id) });
    },
  });
}

export type Again = { job: Job; version: "same" | "latest" };

/** With the same arguments, environment and priority, as a new job: of the same version, or of what the script is now. */
export function useRunAgain() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ job, version }: Again) => {
      const { arguments: words, environment, priority } = job;
      const same = { arguments: words, environment, priority };
      return answer(
        api.POST("/api/scripts/{script_id}/jobs", {
          params: { path: { script_id: job.script.id } },
          headers: { "Idempotency-Key": randomKey() },
          body: version === "same" ? { ...same, version: job.version.number } : same,
        }),
      );
    },
    onSuccess: (job) => cache.setQueryData(jobKeys.one(job.id), job),
  });
}

/** Several at once; the answer tells how many have ended before they could be stopped. */
export function useCancelJobs() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (ids: number[]) => {
      const done = await Promise.allSettled(ids.map((id) => answer(api.POST("/api/jobs/{job}/cancel", byId(id)))));
      const refused = done.filter((one) => one.status === "rejected").map((one) => one.reason as Error);
      const other = refused.find((error) => !(error instanceof ApiError && error.status === 409));
      if (other) throw other;
      return { cancelled: ids.length - refused.length, ended: refused.length };
    },
    onSettled: () => cache.invalidateQueries({ queryKey: jobKeys.lists }),
  });
}
