/** What a retry policy means, in words. Pure; the settings of a script show it while one types. */
import type { Retries, RetryReason } from "@/api/types";
import { duration } from "@/lib/format";

/** Each completes "Try again when an attempt ...". */
export const REASONS: Record<RetryReason, string> = {
  exit: "ends with an exit code other than 0",
  timeout: "runs into its time limit",
  out_of_memory: "runs out of memory",
  signal: "is ended by a signal, as a crash is",
  could_not_start: "cannot be started",
  lost: "is lost: nobody knows how it ended, it may have done all its work",
};

const LISTED = 4;
/** However often it has failed, the server waits no longer than this. */
const LONGEST_PAUSE_S = 3600;

/** `Tried up to 4 times: after 10 s, 20 s, 40 s.` */
export function retriesInWords({ count, delay_s, factor }: Retries): string {
  if (count === 0) return "Tried once, and never again.";
  const pauses = Array.from({ length: count }, (_, index) => Math.min(LONGEST_PAUSE_S, delay_s * factor ** index));
  const times = `Tried up to ${count + 1} times: `;
  if (delay_s === 0) return `${times}again at once.`;
  const words = pauses.map(duration);
  const shown = count > LISTED + 1 ? [...words.slice(0, LISTED), "…", words.at(-1)] : words;
  return `${times}after ${shown.join(", ")}.`;
}
