/** A moment (relative, exact on hover) and a span that grows while it lasts. */
import { elapsed, moment, relative } from "@/lib/dates";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";

export function Time({ at }: { at: string }) {
  const words = useNow((now) => relative(at, now));
  return (
    <time dateTime={at} title={moment(at)}>
      {words}
    </time>
  );
}

export function ExactTime({ at }: { at: string }) {
  const words = useNow((now) => relative(at, now));
  return (
    <time dateTime={at} title={at}>
      {moment(at)} ({words})
    </time>
  );
}

export function Elapsed({ from, to }: { from: string; to: string | null }) {
  return to ? <span>{duration(elapsed(from, to, 0))}</span> : <Growing from={from} />;
}

function Growing({ from }: { from: string }) {
  const words = useNow((now) => duration(Math.floor(elapsed(from, null, now))));
  return <span>{words}</span>;
}
