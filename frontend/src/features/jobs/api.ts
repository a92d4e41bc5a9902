/** Jobs: what ran, runs and waits. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Job, JobStatus, Trigger } from "@/api/types";
import { randomKey } from "@/lib/random-key";

export type JobFilter = { status?: JobStatus; script_id?: number; trigger?: Trigger };

export const jobKeys = {
  all: ["jobs"] as const,
  lists: ["jobs", "list"] as const,
  list: (filter: JobFilter, limit: number) => ["jobs", "list", filter, limit] as const,
  one: (id: number) => ["jobs", "one", id] as const,
  events: (id: number) => ["jobs", "events", id] as const,
};

const byId = (id: number) => ({ params: { path: { job: String(id) } } });

/** Newest first, a page at a time: the cursor of one page asks for the next older one. */
export const jobsQuery = (filter: JobFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: jobKeys.list(filter, limit),
    queryFn: ({ pageParam }) => answer(api.GET("/api/jobs", { params: { query: { ...filter, before: pageParam ?? undefined, limit } } })),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });

export const jobQuery = (id: number) =>
  queryOptions({ queryKey: jobKeys.one(id), queryFn: () => answer(api.GET("/api/jobs/{job}", byId(id))) });

export const jobEventsQuery = (id: number) =>
  queryOptions({ queryKey: jobKeys.events(id), queryFn: () => answer(api.GET("/api/jobs/{job}/events", byId(id))) });

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

/** The same version with the same arguments, environment and priority, as a new job. */
export function useRunAgain() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (job: Job) =>
      answer(
        api.POST("/api/scripts/{script_id}/jobs", {
          params: { path: { script_id: job.script.id } },
          headers: { "Idempotency-Key": randomKey() },
          body: { version: job.version.number, arguments: job.arguments, environment: job.environment, priority: job.priority },
        }),
      ),
    onSuccess: (job) => cache.setQueryData(jobKeys.one(job.id), job),
  });
}
