/** Jobs: what ran, runs and waits. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { Job, JobEvent, Page } from "@/api/types";

export type JobFilter = { status?: string; script_id?: number; trigger?: string };

export const jobKeys = {
  all: ["jobs"] as const,
  lists: ["jobs", "list"] as const,
  list: (filter: JobFilter, limit: number) => ["jobs", "list", filter, limit] as const,
  one: (id: number) => ["jobs", "one", id] as const,
  events: (id: number) => ["jobs", "events", id] as const,
};

/** Newest first, a page at a time: the cursor of one page asks for the next older one. */
export const jobsQuery = (filter: JobFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: jobKeys.list(filter, limit),
    queryFn: ({ pageParam }) => http.get<Page<Job>>("/api/jobs", { ...filter, before: pageParam, limit }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });

export const jobQuery = (id: number) =>
  queryOptions({ queryKey: jobKeys.one(id), queryFn: () => http.get<Job>(`/api/jobs/${id}`) });

export const jobEventsQuery = (id: number) =>
  queryOptions({ queryKey: jobKeys.events(id), queryFn: () => http.get<Page<JobEvent>>(`/api/jobs/${id}/events`) });

export function useCancelJob() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => http.post<Job>(`/api/jobs/${id}/cancel`),
    onSuccess: (job) => {
      cache.setQueryData(jobKeys.one(job.id), job);
      void cache.invalidateQueries({ queryKey: jobKeys.events(job.id) });
    },
  });
}

/** The same version with the same arguments and environment, as a new job. */
export function useRunAgain() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (job: Job) =>
      http.post<Job>(
        `/api/scripts/${job.script.id}/jobs`,
        { version: job.version.number, arguments: job.arguments, environment: job.environment },
        { "Idempotency-Key": crypto.randomUUID() },
      ),
    onSuccess: (job) => cache.setQueryData(jobKeys.one(job.id), job),
  });
}
