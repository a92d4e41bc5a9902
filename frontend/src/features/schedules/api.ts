/** Schedules: what they say, what they will do and what became of it; the shared calendars, the pause of all, crontab files. */
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Schedule } from "@/api/types";
import { randomKey } from "@/lib/random-key";
import type { ScheduleFilter } from "./list/filters";

type Schemas = components["schemas"];
export type ScheduleBody = Schemas["NewSchedule"];
export type ScheduleChange = Schemas["ScheduleChange"];
export type PreviewBody = Schemas["PreviewWish"];
export type Preview = Schemas["PreviewView"];
export type Occurrence = Schemas["OccurrenceView"];
export type Entry = Schemas["EntryView"];
export type Day = Schemas["DayView"];
export type Hours = Schemas["HoursView"];
export type Calendar = Schemas["CalendarView"];
export type CalendarBody = Schemas["NewCalendar"];
export type Period = Schemas["PeriodBody"];
export type Pause = Schemas["PauseView"];
export type ClockHealth = Schemas["ClockHealthView"];
export type ImportWish = Schemas["ImportWish"];
export type ImportItem = Schemas["ImportItemView"];
export type Import = Schemas["ImportView"];
export type Window = Schemas["BackfillWish"];
export type BackfillPreview = Schemas["BackfillPreview"];
/** From one moment on, before another. */
export type Span = { from: string; to: string };
type HourSpan = Span & { schedule_id?: number };

export const scheduleKeys = {
  all: ["schedules"] as const,
  lists: ["schedules", "list"] as const,
  list: (filter: ScheduleFilter, limit: number) => ["schedules", "list", filter, limit] as const,
  one: (id: number) => ["schedules", "one", id] as const,
  occurrences: (id: number) => ["schedules", "occurrences", id] as const,
  /** What is counted over weeks: too much to be asked for anew at once with each job that begins or ends. */
  counted: ["schedule-counts"] as const,
  days: (id: number, span: Span) => ["schedule-counts", "days", id, span] as const,
  rows: (id: number, span: Span) => ["schedules", "rows", id, span] as const,
  hours: (span: HourSpan) => ["schedule-counts", "hours", span] as const,
  pause: ["schedules", "pause"] as const,
  health: ["schedules", "health"] as const,
  export: (scriptId: number | null) => ["schedules", "export", scriptId] as const,
  calendars: ["schedules", "calendars"] as const,
};

const byId = (id: number) => ({ params: { path: { schedule_id: id } } });
const LAST_RUNS = 20;
/** As long before they are due rows stand in the ledger; and as many rows the server gives at once. */
const PLANNED_S = 180;
const MOST_ROWS = 200;
/** Time passes, too: what is to come today becomes less. */
const COUNT_AGAIN_MS = 60_000;

/** What runs next first, a page at a time: the cursor of one page asks for what runs after it. */
export const schedulesQuery = (filter: ScheduleFilter = {}, limit = 50) =>
  infiniteQueryOptions({
    queryKey: scheduleKeys.list(filter, limit),
    queryFn: ({ pageParam }) => {
      const query = { ...filter, after: pageParam ?? undefined, limit };
      return answer(api.GET("/api/schedules", { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** The few that start something next. */
export const upcomingQuery = schedulesQuery({ state: "on" }, 5);

/** Of all pages, each once: one that has run between two of them stands in both. */
export function listedIn(data: { pages: { items: Schedule[] }[] } | undefined): Schedule[] {
  const all = (data?.pages ?? []).flatMap((page) => page.items);
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

export const scheduleQuery = (id: number) =>
  queryOptions({
    queryKey: scheduleKeys.one(id),
    queryFn: () => answer(api.GET("/api/schedules/{schedule_id}", byId(id))),
  });

/** The newest rows of the ledger, behind all that lie ahead. */
export const occurrencesQuery = ({ id, every_s }: Pick<Schedule, "id" | "every_s">) => {
  const ahead = Math.ceil(PLANNED_S / Math.min(every_s ?? 60, 60));
  const query = { limit: Math.min(MOST_ROWS, LAST_RUNS + ahead) };
  return queryOptions({
    queryKey: scheduleKeys.occurrences(id),
    queryFn: () => answer(api.GET("/api/schedules/{schedule_id}/occurrences", { params: { path: { schedule_id: id }, query } })),
  });
};

export const daysQuery = (id: number, span: Span) =>
  queryOptions({
    queryKey: scheduleKeys.days(id, span),
    queryFn: () => answer(api.GET("/api/schedules/{schedule_id}/calendar", { params: { path: { schedule_id: id }, query: span } })),
    placeholderData: keepPreviousData,
    refetchInterval: COUNT_AGAIN_MS,
  });

/** Every due time of one schedule in a span, the first 2,000 of them. */
export const rowsQuery = (id: number, span: Span) =>
  queryOptions({
    queryKey: scheduleKeys.rows(id, span),
    queryFn: () => answer(api.GET("/api/occurrences", { params: { query: { ...span, schedule_id: id } } })),
  });

/** What all schedules do, or one, counted by schedule and hour. */
export const hoursQuery = (span: HourSpan) =>
  queryOptions({
    queryKey: scheduleKeys.hours(span),
    queryFn: () => answer(api.GET("/api/schedules/hours", { params: { query: span } })),
    placeholderData: keepPreviousData,
    refetchInterval: COUNT_AGAIN_MS,
  });

export const previewQuery = (body: PreviewBody) =>
  queryOptions({
    queryKey: ["schedule-preview", body] as const,
    queryFn: () => answer(api.POST("/api/schedules/preview", { body })),
    staleTime: 30_000,
    retry: false,
    placeholderData: keepPreviousData,
  });

export const zonesQuery = queryOptions({
  queryKey: ["zones"],
  queryFn: () => answer(api.GET("/api/zones")),
  staleTime: Infinity,
});

export const pauseQuery = queryOptions({
  queryKey: scheduleKeys.pause,
  queryFn: () => answer(api.GET("/api/schedules/pause-all")),
  refetchInterval: 60_000,
});

export const healthQuery = queryOptions({
  queryKey: scheduleKeys.health,
  queryFn: () => answer(api.GET("/api/schedules/health")),
  refetchInterval: 30_000,
});

export const calendarsQuery = queryOptions({
  queryKey: scheduleKeys.calendars,
  queryFn: () => answer(api.GET("/api/calendars")),
});

/** Whom a schedule can be given to; only for those who may change schedules. */
export const ownersQuery = queryOptions({
  queryKey: ["schedule-owners"],
  queryFn: () => answer(api.GET("/api/schedules/owners")),
  staleTime: 60_000,
  retry: false,
});

export const exportQuery = (scriptId: number | null) =>
  queryOptions({
    queryKey: scheduleKeys.export(scriptId),
    queryFn: () => answer(api.GET("/api/schedules/export", { params: { query: { script_id: scriptId ?? undefined } } })),
  });

/** A deed after which everything about schedules is asked for anew. */
function useDeed<Wish, Done>(deed: (wish: Wish) => Promise<Done>) {
  const cache = useQueryClient();
  const onSuccess = () => {
    void cache.invalidateQueries({ queryKey: scheduleKeys.counted });
    return cache.invalidateQueries({ queryKey: scheduleKeys.all });
  };
  return useMutation({ mutationFn: deed, onSuccess });
}

/** Makes a schedule, or changes one; a schedule never moves to another script. */
export function useSaveSchedule() {
  return useDeed((wish: { made: ScheduleBody } | { id: number; changes: ScheduleChange }) =>
    "made" in wish
      ? answer(api.POST("/api/schedules", { body: wish.made }))
      : answer(api.PATCH("/api/schedules/{schedule_id}", { ...byId(wish.id), body: wish.changes })),
  );
}

export function useSwitchSchedule() {
  return useDeed(({ id, enabled }: { id: number; enabled: boolean }) =>
    answer(api.PATCH("/api/schedules/{schedule_id}", { ...byId(id), body: { enabled } })),
  );
}

export function useTakeOver(id: number) {
  return useDeed((owner_id: number) => answer(api.PATCH("/api/schedules/{schedule_id}", { ...byId(id), body: { owner_id } })));
}

export const removeSchedule = (id: number) => answer(api.DELETE("/api/schedules/{schedule_id}", byId(id)));

/** Starts a job with what the schedule gives to its jobs, now. */
export function useRunNow() {
  return useDeed((schedule: Schedule) => {
    const { arguments: words, environment, priority } = schedule;
    const params = { path: { script_id: schedule.script.id } };
    const body = { arguments: words, environment, ...(priority !== null && { priority }) };
    return answer(api.POST("/api/scripts/{script_id}/jobs", { params, body, headers: { "Idempotency-Key": randomKey() } }));
  });
}

export function usePauseAll() {
  return useDeed((reason: string) => answer(api.POST("/api/schedules/pause-all", { body: { reason } })));
}

export function useResumeAll() {
  return useDeed(() => answer(api.POST("/api/schedules/resume-all")));
}

export function usePreviewBackfill(id: number) {
  return useMutation({
    mutationFn: (body: Window) => answer(api.POST("/api/schedules/{schedule_id}/backfill/preview", { ...byId(id), body })),
  });
}

export function useBackfill(id: number) {
  return useDeed((body: Window) => answer(api.POST("/api/schedules/{schedule_id}/backfill", { ...byId(id), body })));
}

export function useSaveCalendar(id: number | null) {
  return useDeed((body: CalendarBody) =>
    id === null
      ? answer(api.POST("/api/calendars", { body }))
      : answer(api.PATCH("/api/calendars/{calendar_id}", { params: { path: { calendar_id: id } }, body })),
  );
}

export function useDeleteCalendar() {
  return useDeed((id: number) => answer(api.DELETE("/api/calendars/{calendar_id}", { params: { path: { calendar_id: id } } })));
}

/** What a crontab file would become; asked anew with each choice. */
export const importQuery = (body: ImportWish) =>
  queryOptions({
    queryKey: ["crontab-import", body] as const,
    queryFn: () => answer(api.POST("/api/schedules/import/preview", { body })),
    retry: false,
    placeholderData: keepPreviousData,
  });

export function useImport() {
  return useDeed((body: ImportWish) => answer(api.POST("/api/schedules/import", { body })));
}
