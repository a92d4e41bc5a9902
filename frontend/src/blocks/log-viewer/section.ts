/** A section of a log file: the bytes of one attempt. Cuts what the server answers down to it. Pure. */
import type { LogChunk, LogError, LogHits } from "@/api/types";

/** From byte `start` up to, not including, `end`; null: as far as the file grows. Both are where a line begins. */
export type Section = { start: number; end: number | null };
export type Place = { tail: number } | { offset: number; limit: number };

export const WHOLE: Section = { start: 0, end: null };
/** How much of its end is fetched first, where the server cannot count the last lines; and never more at once. */
export const TAIL_BYTES = 262_144;

/** The part of a place that lies inside; null if there is none. */
export function placeWithin({ start, end }: Section, place: Place): Place | null {
  if (end === null) return "tail" in place ? place : { ...place, offset: Math.max(start, place.offset) };
  const offset = Math.max(start, "tail" in place ? end - TAIL_BYTES : place.offset);
  const limit = Math.min("tail" in place ? TAIL_BYTES : place.limit, end - offset);
  return limit > 0 ? { offset, limit } : null;
}

export function chunkWithin({ end }: Section, chunk: LogChunk): LogChunk {
  return end === null ? chunk : { ...chunk, size: Math.min(chunk.size, end), finished: true };
}

export function nothingWithin({ start, end }: Section): LogChunk {
  const at = end ?? start;
  return { text: "", start: at, end: at, size: at, finished: end !== null };
}

export function hitsWithin({ end }: Section, found: LogHits): LogHits {
  if (end === null) return found;
  const hits = found.hits.filter((hit) => hit.offset < end);
  return { ...found, hits, end: Math.min(found.end, end), size: Math.min(found.size, end) };
}

export function errorWithin({ end }: Section, found: LogError): LogError {
  if (end === null) return found;
  const inside = found.offset !== null && found.offset < end;
  return {
    ...found,
    offset: inside ? found.offset : null,
    text: inside ? found.text : null,
    end: Math.min(found.end, end),
    size: Math.min(found.size, end),
  };
}
