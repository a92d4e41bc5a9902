/** Colours that a script prints, as spans with classes; everything else that a terminal would obey is dropped. */
import Anser from "anser";

export type Span = { text: string; className: string };

// Colours are the only escape sequences kept: no cursor moves, no titles, no links.
 
const OTHER = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[\d;?<>=!]*[ -/]*[@-ln-~]|\x1b[@-Z\\^_()#][0-9A-B]?|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]/g;
const DECORATIONS = new Set(["bold", "dim", "italic", "underline", "strikethrough"]);

/** One line's spans. A progress bar's many states (parted by carriage returns) become its last one. */
export function spans(text: string): Span[] {
  const line = lastState(text);
   
  if (!/[\x00-\x08\x0b-\x1f\x7f]/.test(line)) return [{ text: line, className: "" }];
  const parts = Anser.ansiToJson(line.replace(OTHER, ""), { use_classes: true, json: true, remove_empty: true });
  return parts.map((part) => ({ text: part.content, className: classOf(part) }));
}

/** The text without any escape sequence, for copying. */
export function plain(text: string): string {
  return spans(text)
    .map((span) => span.text)
    .join("");
}

function lastState(text: string): string {
  const line = text.replace(/\r+$/, "");
  return line.includes("\r") ? line.slice(line.lastIndexOf("\r") + 1) : line;
}

function classOf(part: Anser.AnserJsonEntry): string {
  const names = [part.fg && `fg-${part.fg}`, part.bg && `bg-${part.bg}`];
  const kept = part.decorations.filter((name) => DECORATIONS.has(name));
  return [...names, ...kept].filter(Boolean).join(" ");
}
