/** Logs of jobs and builds over HTTP: the same addresses under each, the whole file or one section of it. */
import { answer, api } from "@/api/client";
import type { LogChunk, LogError, LogHits } from "@/api/types";
import { BASE } from "@/lib/base";
import { chunkWithin, errorWithin, hitsWithin, nothingWithin, placeWithin, TAIL_BYTES, WHOLE, type Place, type Section } from "./section";

/** Offsets are those of the file, also where only a section of it is shown. */
export type LogOf = { kind: "job" | "build"; id: number; section?: Section };
export type Wish = { q: string; case: boolean };

export async function logWindow({ kind, id, section = WHOLE }: LogOf, place: Place): Promise<LogChunk> {
  const query = placeWithin(section, place);
  if (query === null) return nothingWithin(section);
  const chunk = await (kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/window", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/window", { params: { path: { build_id: id }, query } })));
  // Fewer lines than were asked for have been printed since the section began.
  if ("tail" in place && chunk.start < section.start) return logWindow({ kind, id, section }, { offset: section.start, limit: TAIL_BYTES });
  return chunkWithin(section, chunk);
}

/** The next lines that hold a text, each with one neighbour on either side. */
export async function logSearch({ kind, id, section = WHOLE }: LogOf, wish: Wish, from: number, limit: number): Promise<LogHits> {
  const query = { ...wish, from: Math.max(from, section.start), limit, context: 1 };
  const found = await (kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/search", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/search", { params: { path: { build_id: id }, query } })));
  return hitsWithin(section, found);
}

export async function logFirstError({ kind, id, section = WHOLE }: LogOf, from: number): Promise<LogError> {
  const query = { from: Math.max(from, section.start) };
  const found = await (kind === "job"
    ? answer(api.GET("/api/jobs/{job}/log/first-error", { params: { path: { job: String(id) }, query } }))
    : answer(api.GET("/api/builds/{build_id}/log/first-error", { params: { path: { build_id: id }, query } })));
  return errorWithin(section, found);
}

/** Where the live stream goes on: at this byte of the file. */
export function logStreamUrl(of: LogOf, from: number): string {
  return `${base(of)}/stream?from=${from}`;
}

/** Always the whole file. */
export function logDownloadUrl(of: LogOf, plain: boolean): string {
  return `${base(of)}?download=1${plain ? "&plain=1" : ""}`;
}

function base({ kind, id }: LogOf): string {
  return `${BASE}/api/${kind}s/${id}/log`;
}
