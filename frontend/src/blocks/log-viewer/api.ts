/** Logs of jobs and builds over HTTP: the same addresses under each. */
import { answer, api } from "@/api/client";
import type { LogChunk, LogError, LogHits } from "@/api/types";

export type LogOf = { kind: "job" | "build"; id: number };
export type Wish = { q: string; case: boolean };
type Place = { tail: number } | { offset: number; limit: number };

export function logWindow({ kind, id }: LogOf, query: Place): Promise<LogChunk> {
  return kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/window", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/window", { params: { path: { build_id: id }, query } }));
}

/** The next lines that hold a text, each with one neighbour on either side. */
export function logSearch({ kind, id }: LogOf, wish: Wish, from: number, limit: number): Promise<LogHits> {
  const query = { ...wish, from, limit, context: 1 };
  return kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/search", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/search", { params: { path: { build_id: id }, query } }));
}

export function logFirstError({ kind, id }: LogOf, from: number): Promise<LogError> {
  const query = { from };
  return kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/first-error", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/first-error", { params: { path: { build_id: id }, query } }));
}

/** Where the live stream goes on: at this byte of the file. */
export function logStreamUrl(of: LogOf, from: number): string {
  return `${base(of)}/stream?from=${from}`;
}

export function logDownloadUrl(of: LogOf, plain: boolean): string {
  return `${base(of)}?download=1${plain ? "&plain=1" : ""}`;
}

function base({ kind, id }: LogOf): string {
  return `/api/${kind}s/${id}/log`;
}
