/** The marks that a merge leaves where it needs a person: find them, and put one side or both in their place. Pure. */
import { BETWEEN, MINE, THEIRS } from "./three-way";

/** Lines count from 1: of the three marks. */
export type Conflict = { start: number; middle: number; end: number };
export type Choice = "mine" | "theirs" | "both";

export function conflictsIn(text: string): Conflict[] {
  const found: Conflict[] = [];
  let open: { start: number; middle: number } | null = null;
  text.split(/\r?\n/).forEach((line, index) => {
    if (line === MINE) open = { start: index + 1, middle: 0 };
    else if (open && line === BETWEEN) open = { start: open.start, middle: index + 1 };
    else if (open && open.middle > 0 && line === THEIRS) {
      found.push({ ...open, end: index + 1 });
      open = null;
    }
  });
  return found;
}

/** The text with the conflict decided; the others stay. */
export function settle(text: string, { start, middle, end }: Conflict, choice: Choice): string {
  const lines = text.split("\n");
  const mine = lines.slice(start, middle - 1);
  const theirs = lines.slice(middle, end - 1);
  const chosen = { mine, theirs, both: [...mine, ...theirs] }[choice];
  return [...lines.slice(0, start - 1), ...chosen, ...lines.slice(end)].join("\n");
}
