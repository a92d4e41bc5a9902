/** Schedules, what they will do and what became of it. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export const scheduleKeys = {
  all: ["schedules"] as const,
  list: (scriptId: number | null) => ["schedules", "list", scriptId] as const,
  occurrences: (id: number) => ["schedules", "occurrences", id] as const,
  preview: (cron: string, zone: string) => ["schedule-preview", cron, zone] as const,
};

const byId = (id: number) => ({ params: { path: { schedule_id: id } } });

export const schedulesQuery = (scriptId: number | null = null) =>
  queryOptions({
    queryKey: scheduleKeys.list(scriptId),
    queryFn: () => answer(api.GET("/api/schedules", { params: { query: { script_id: scriptId ?? undefined } } })),
  });

export const occurrencesQuery = (id: number) =>
  queryOptions({
    queryKey: scheduleKeys.occurrences(id),
    queryFn: () => answer(api.GET("/api/schedules/{schedule_id}/occurrences", { params: { path: { schedule_id: id }, query: { limit: 20 } } })),
  });

export const previewQuery = (cron: string, zone: string) =>
  queryOptions({
    queryKey: scheduleKeys.preview(cron, zone),
    queryFn: () => answer(api.POST("/api/schedules/preview", { body: { cron, zone } })),
    staleTime: 30_000,
    retry: false,
  });

export const zonesQuery = queryOptions({
  queryKey: ["zones"],
  queryFn: () => answer(api.GET("/api/zones")),
  staleTime: Infinity,
});

export type ScheduleBody = { cron: string; zone: string; enabled: boolean; arguments: string[] };

/** Makes a schedule of a script, or changes the one with the given id. */
export function useSaveSchedule(id: number | null) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ script_id, ...body }: ScheduleBody & { script_id: number }) =>
      id === null
        ? answer(api.POST("/api/schedules", { body: { script_id, ...body } }))
        : answer(api.PATCH("/api/schedules/{schedule_id}", { ...byId(id), body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.all }),
  });
}

export function useSwitchSchedule() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, enabled }: { id: number; enabled: boolean }) => answer(api.PATCH("/api/schedules/{schedule_id}", { ...byId(id), body: { enabled } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.all }),
  });
}

export function useDeleteSchedule() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => answer(api.DELETE("/api/schedules/{schedule_id}", byId(id))),
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.all }),
  });
}
