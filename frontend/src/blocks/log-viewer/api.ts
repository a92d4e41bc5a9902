/** Logs of jobs and builds over HTTP: the same three addresses under each. */
import { answer, api } from "@/api/client";
import type { LogChunk } from "@/api/types";

export type LogOf = { kind: "job" | "build"; id: number };
type Place = { tail: number } | { offset: number; limit: number };

export function logWindow({ kind, id }: LogOf, query: Place): Promise<LogChunk> {
  return kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/window", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/window", { params: { path: { build_id: id }, query } }));
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
