/** One line of a log: the link to it, its time, where it came from, its text with colours. */
import { Link2 } from "lucide-react";
import { memo, type MouseEvent } from "react";
import { marked, plain, spans, type Sought, type Span } from "./ansi";
import type { TimeColumn } from "./log-toolbar";
import classes from "./log.module.css";
import { clockTime, sinceStart } from "./log-time";
import type { LogLine } from "./parse";

type Props = {
  line: LogLine;
  time: TimeColumn;
  startedAt: string | null;
  sought: Sought | null;
  /** Where the link to this line leads; without it there is none. */
  href?: string;
  /** Somebody wants to see this line of a traceback's file; without it tracebacks are only text. */
  onFrame?: (path: string, line: number) => void;
  onPick: (offset: number, more: boolean) => void;
};

export const LogRow = memo(function LogRow({ line, time, startedAt, sought, href, onFrame, onPick }: Props) {
  const pick = (event: MouseEvent) => {
    // With Ctrl the browser opens the link in another tab, as everywhere.
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onPick(line.offset, event.shiftKey);
  };
  return (
    <div className={classes.row} data-kind={kindOf(line)} title={titleOf(line)}>
      {href !== undefined && (
        // With the keyboard a line is linked to by `l`: sixty stops of the Tab key would be in everybody's way.
        <a className={classes.link} href={href} tabIndex={-1} aria-label="Link to this line" onClick={pick}>
          <Link2 size={13} aria-hidden />
        </a>
      )}
      {time !== "off" && (
        <span className={classes.time}>{time === "clock" ? clockTime(line.time) : sinceStart(line.time, startedAt)}</span>
      )}
      <span className={classes.text}>
        {line.own && <span className={classes.tag}>scripter</span>}
        <Words line={line} sought={sought} onFrame={onFrame} />
      </span>
    </div>
  );
});

const FRAME = /^\s*File "([^"]+)", line (\d+)/;

function Words({ line, sought, onFrame }: Pick<Props, "line" | "sought" | "onFrame">) {
  const words = marked(spans(line.text), sought).map((span, index) => <Piece key={index} span={span} />);
  const [, path, number] = (onFrame && FRAME.exec(plain(line.text))) || [];
  if (!onFrame || path === undefined) return words;
  return (
    <button type="button" className={classes.frame} onClick={() => onFrame(path, Number(number))}>
      {words}
    </button>
  );
}

function Piece({ span }: { span: Span }) {
  if (span.mark) return <mark className={classes.mark}>{span.text}</mark>;
  return span.className ? <span className={span.className}>{span.text}</span> : span.text;
}

// What is said where output is missing in the middle of a log.
const GAP = /\d+ bytes of (?:output|the log) were dropped here/;

function kindOf(line: LogLine): string {
  if (!line.own) return line.stream;
  return GAP.test(line.text) ? "gap" : "own";
}

function titleOf(line: LogLine): string | undefined {
  if (line.own) return "written by Scripter";
  return line.stream === "stderr" ? "standard error" : undefined;
}
