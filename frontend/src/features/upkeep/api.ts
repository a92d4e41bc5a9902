/** How Scripter itself is doing, and what it did. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: () => answer(api.GET("/api/system")),
  staleTime: 10_000,
  refetchInterval: 30_000,
});

/** The figures of whole hours need not follow each job; they are asked for while somebody looks. */
const FIGURES_MS = 15_000;

export const jobHoursQuery = (hours: number) =>
  queryOptions({
    queryKey: ["statistics", "jobs", hours],
    queryFn: () => answer(api.GET("/api/statistics/jobs", { params: { query: { hours } } })),
    staleTime: FIGURES_MS,
    refetchInterval: FIGURES_MS,
    placeholderData: keepPreviousData,
  });

export const diskQuery = queryOptions({
  queryKey: ["statistics", "disk"],
  queryFn: () => answer(api.GET("/api/statistics/disk")),
  staleTime: 60_000,
  refetchInterval: 60_000,
});
