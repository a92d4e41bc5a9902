/** What one step of a build printed: its last lines, growing while it runs. All of it is in the whole log. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef } from "react";
import { spans } from "@/blocks/log-viewer/ansi";
import { logWindow } from "@/blocks/log-viewer/api";
import { appendText, NO_CARRY } from "@/blocks/log-viewer/parse";
import { TAIL_BYTES, type Section } from "@/blocks/log-viewer/section";
import { bytes } from "@/lib/format";
import { ErrorAlert } from "@/ui/error-alert";
import { imageKeys } from "./api";
import classes from "./steps.module.css";

const WHILE_RUNNING_MS = 1_000;
const MOST_LINES = 400;

type Props = {
  buildId: number;
  number: number;
  part: Section;
  live: boolean;
  /** Its end is what matters, and is in sight: it grows, or says why it failed. */
  toEnd: boolean;
};

export function StepLog({ buildId, number, part, live, toEnd }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const { data, error } = useQuery({
    queryKey: [...imageKeys.all, "step-log", buildId, part],
    queryFn: () => logWindow({ kind: "build", id: buildId, section: part }, { tail: MOST_LINES }),
    refetchInterval: live && WHILE_RUNNING_MS,
  });
  const lines = useMemo(() => {
    const [read] = appendText([], data?.text ?? "", data?.start ?? 0, NO_CARRY);
    return read.slice(-MOST_LINES);
  }, [data]);
  useLayoutEffect(() => {
    if (toEnd && frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [lines, toEnd]);
  const first = lines[0]?.offset ?? part.start;
  if (!data) return <ErrorAlert error={error} />;
  return (
    <div ref={frame} className={classes.log} role="region" tabIndex={0} aria-label={`What step ${number} printed`}>
      {first > part.start && (
        <Text size="xs" c="dimmed">
          {bytes(Math.min(first - part.start, TAIL_BYTES))} or more before this are in the whole log.
        </Text>
      )}
      {lines.map((line) => (
        <div key={line.offset} data-own={line.own || undefined}>
          {spans(line.text).map((span, index) => (
            <span key={index} className={span.className || undefined}>
              {span.text}
            </span>
          ))}
        </div>
      ))}
      {lines.length === 0 && <Text size="xs" c="dimmed">{live ? "Nothing printed yet …" : "It printed nothing."}</Text>}
    </div>
  );
}
