/** How long the last runs took, as bars coloured by how they ended; in words for who does not see them. */
import type { JobStatus, Schedule } from "@/api/types";
import { duration, plural } from "@/lib/format";
import classes from "../schedules.module.css";

type Recent = Schedule["recent"][number];

const WIDTH = 5;
const GAP = 2;
const HEIGHT = 26;
const LEAST = 3;
const PLACES = 20;
const TONES: Record<JobStatus, string> = {
  succeeded: "good",
  failed: "bad",
  lost: "bad",
  cancelled: "warn",
  queued: "busy",
  starting: "busy",
  running: "busy",
};

export function Sparkline({ runs }: { runs: Recent[] }) {
  if (runs.length === 0) return null;
  const words = sparklineWords(runs);
  return (
    <svg className={classes.spark} viewBox={`0 0 ${PLACES * (WIDTH + GAP) - GAP} ${HEIGHT}`} role="img" aria-label={words}>
      <title>{words}</title>
      {barsOf(runs).map(({ key, x, height, tone }) => (
        <rect key={key} x={x} y={HEIGHT - height} width={WIDTH} height={height} rx={1} data-tone={tone} />
      ))}
    </svg>
  );
}

type Bar = { key: number; x: number; height: number; tone: string };

/** The newest at the right end, so that it stands in the same place in each row; the longest as high as there is room. */
export function barsOf(runs: Recent[]): Bar[] {
  const longest = Math.max(1, ...runs.map((run) => run.duration_ms ?? 0));
  return runs.slice(-PLACES).map((run, index, shown) => ({
    key: run.job_id,
    x: (PLACES - shown.length + index) * (WIDTH + GAP),
    height: run.duration_ms === null ? LEAST : Math.max(LEAST, (HEIGHT * run.duration_ms) / longest),
    tone: TONES[run.status],
  }));
}

/** `Last 20 runs: 18 succeeded, 2 failed; 1.2 s to 4 s, the last one 2 s.` */
export function sparklineWords(runs: Recent[]): string {
  const counts = new Map<string, number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  const ends = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  const times = runs.flatMap(({ duration_ms }) => (duration_ms === null ? [] : [duration_ms / 1000]));
  const last = times.at(-1);
  if (last === undefined) return `Last ${plural(runs.length, "run")}: ${ends}.`;
  const [least, most] = [duration(Math.min(...times)), duration(Math.max(...times))];
  const took = least === most ? most : `${least} to ${most}, the last one ${duration(last)}`;
  return `Last ${plural(runs.length, "run")}: ${ends}; ${took}.`;
}
