/** Colours that a script prints, as spans with classes; everything else that a terminal would obey is dropped. */
import Anser from "anser";
import { named } from "./ansi-colour";

export type Span = { text: string; className: string; mark?: boolean };
/** What is to be marked in a line, as it is searched for. */
export type Sought = { q: string; case: boolean };

// Colours are the only escape sequences kept: no cursor moves, no titles, no links.
 
const OTHER = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[\d;?<>=!]*[ -/]*[@-ln-~]|\x1b[@-Z\\^_()#][0-9A-B]?|[\x00-\x08\x0b\x0c\x0e-\x19\x1c-\x1f\x7f]/g;
const DECORATIONS = new Set(["bold", "dim", "italic", "underline", "strikethrough"]);

/** One line's spans. A progress bar's many states (parted by carriage returns) become its last one. */
export function spans(text: string): Span[] {
  const line = lastState(text);
   
  if (!/[\x00-\x08\x0b-\x1f\x7f]/.test(line)) return [{ text: line, className: "" }];
  // The server puts this sign in place of each byte that is no text.
  const shown = line.replace(OTHER, "").replaceAll("\x1a", "\ufffd");
  const parts = Anser.ansiToJson(shown, { use_classes: true, json: true, remove_empty: true });
  return parts.map((part) => ({ text: part.content, className: classOf(part) }));
}

/** The text without any escape sequence, for copying. */
export function plain(text: string): string {
  return textOf(spans(text));
}

/** The same spans, cut where what is sought begins and ends, also where it reaches over several of them. */
export function marked(parts: Span[], sought: Sought | null): Span[] {
  const places = sought ? placesOf(textOf(parts), sought) : [];
  if (places.length === 0) return parts;
  let at = 0;
  return parts.flatMap((part) => {
    const cuts = cutsOf(places, at, part.text.length);
    const pieces = cuts.slice(1).map((end, index) => {
      const begin = cuts[index] as number;
      const mark = places.some(([from, to]) => from <= at + begin && at + end <= to);
      return { text: part.text.slice(begin, end), className: part.className, mark };
    });
    at += part.text.length;
    return pieces;
  });
}

function placesOf(text: string, { q, case: exact }: Sought): [number, number][] {
  // Where small and capital letters have other lengths (İ), places would be wrong: then only what is written alike.
  const folded = !exact && text.toLowerCase().length === text.length;
  const [where, what] = folded ? [text.toLowerCase(), q.toLowerCase()] : [text, q];
  const found: [number, number][] = [];
  for (let at = where.indexOf(what); what && at >= 0; at = where.indexOf(what, at + what.length)) found.push([at, at + what.length]);
  return found;
}

/** Where a part that begins at `at` is to be cut: its own ends, and those of the places inside. */
function cutsOf(places: [number, number][], at: number, length: number): number[] {
  const inside = places.flat().map((place) => place - at).filter((place) => place > 0 && place < length);
  return [0, ...inside, length];
}

function textOf(parts: Span[]): string {
  return parts.map((part) => part.text).join("");
}

function lastState(text: string): string {
  const line = text.replace(/\r+$/, "");
  return line.includes("\r") ? line.slice(line.lastIndexOf("\r") + 1) : line;
}

function classOf(part: Anser.AnserJsonEntry): string {
  const names = [
    part.fg && `fg-${named(part.fg, part.fg_truecolor)}`,
    part.bg && `bg-${named(part.bg, part.bg_truecolor)}`,
  ];
  const kept = part.decorations.filter((name) => DECORATIONS.has(name));
  return [...names, ...kept].filter(Boolean).join(" ");
}
