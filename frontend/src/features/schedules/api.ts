/** Schedules, what they will do and what became of it. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { DueTime, Occurrence, Page, Schedule } from "@/api/types";

export const scheduleKeys = {
  all: ["schedules"] as const,
  list: (scriptId: number | null) => ["schedules", "list", scriptId] as const,
  occurrences: (id: number) => ["schedules", "occurrences", id] as const,
  preview: (cron: string, zone: string) => ["schedule-preview", cron, zone] as const,
};

export const schedulesQuery = (scriptId: number | null = null) =>
  queryOptions({
    queryKey: scheduleKeys.list(scriptId),
    queryFn: () => http.get<Page<Schedule>>("/api/schedules", { script_id: scriptId }),
  });

export const occurrencesQuery = (id: number) =>
  queryOptions({
    queryKey: scheduleKeys.occurrences(id),
    queryFn: () => http.get<Page<Occurrence>>(`/api/schedules/${id}/occurrences`, { limit: 20 }),
  });

export type Preview = { words: string; next: DueTime[] };

export const previewQuery = (cron: string, zone: string) =>
  queryOptions({
    queryKey: scheduleKeys.preview(cron, zone),
    queryFn: () => http.post<Preview>("/api/schedules/preview", { cron, zone }),
    staleTime: 30_000,
    retry: false,
  });

export const zonesQuery = queryOptions({
  queryKey: ["zones"],
  queryFn: () => http.get<{ items: string[] }>("/api/zones"),
  staleTime: Infinity,
});

export type ScheduleBody = { cron: string; zone: string; enabled: boolean; arguments: string[] };

/** Makes a schedule of a script, or changes the one with the given id. */
export function useSaveSchedule(id: number | null) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ script_id, ...body }: ScheduleBody & { script_id: number }) =>
      id === null
        ? http.post<Schedule>("/api/schedules", { script_id, ...body })
        : http.patch<Schedule>(`/api/schedules/${id}`, body),
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.all }),
  });
}

export function useSwitchSchedule() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, enabled }: { id: number; enabled: boolean }) => http.patch<Schedule>(`/api/schedules/${id}`, { enabled }),
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.all }),
  });
}

export function useDeleteSchedule() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => http.delete(`/api/schedules/${id}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.all }),
  });
}
