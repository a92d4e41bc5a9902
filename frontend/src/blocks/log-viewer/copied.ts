/** What the button of a log copies: what is selected, else the lines that are pointed out, else all that is loaded. */
import { plural } from "@/lib/format";
import { plain } from "./ansi";
import { within, type LineSpan } from "./lines";
import type { LogWindow } from "./log-window";

export type Copied = { text: string; words: string };

export function copied(view: Pick<LogWindow, "lines">, span: LineSpan | null, area: HTMLElement | null): Copied {
  const chosen = document.getSelection();
  if (chosen && !chosen.isCollapsed && area?.contains(chosen.anchorNode)) {
    return { text: chosen.toString(), words: "Copied what is selected." };
  }
  // One line is pointed out by every link and every hit: that alone asks for no copy of it.
  const several = span !== null && span.from !== span.to;
  const lines = several ? view.lines.filter((line) => within(span, line.offset)) : view.lines;
  return { text: lines.map((line) => plain(line.text)).join("\n") + "\n", words: `Copied ${plural(lines.length, "line")}.` };
}
