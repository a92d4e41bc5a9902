/** One line of a log: its time, where it came from, its text with colours. */
import { memo } from "react";
import { spans } from "./ansi";
import type { TimeColumn } from "./log-toolbar";
import classes from "./log.module.css";
import { clockTime, sinceStart } from "./log-time";
import type { LogLine } from "./parse";

type Props = { line: LogLine; time: TimeColumn; startedAt: string | null };

export const LogRow = memo(function LogRow({ line, time, startedAt }: Props) {
  return (
    <div className={classes.row} data-kind={line.own ? "own" : line.stream} title={titleOf(line)}>
      {time !== "off" && (
        <span className={classes.time}>{time === "clock" ? clockTime(line.time) : sinceStart(line.time, startedAt)}</span>
      )}
      <span className={classes.text}>
        {line.own && <span className={classes.tag}>scripter</span>}
        {spans(line.text).map((span, index) =>
          span.className ? (
            <span key={index} className={span.className}>
              {span.text}
            </span>
          ) : (
            span.text
          ),
        )}
      </span>
    </div>
  );
});

function titleOf(line: LogLine): string | undefined {
  if (line.own) return "written by Scripter";
  return line.stream === "stderr" ? "standard error" : undefined;
}
