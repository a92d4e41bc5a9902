/** Two people's changes to the same files brought together; where both changed the same lines, both are kept and marked. */
import { diff } from "@codemirror/merge";
import { COMPARING } from "./lines";

export type Sides = { base: string; mine: string; theirs: string };
export type Merge = { text: string; conflicts: number };
type Hunk = { fromBase: number; toBase: number; from: number; to: number };

export const MINE = "<<<<<<< mine";
export const BETWEEN = "=======";
export const THEIRS = ">>>>>>> theirs";

export function mergeTexts({ base, mine, theirs }: Sides): Merge {
  const [original, left, right] = [linesOf(base), linesOf(mine), linesOf(theirs)];
  const letters = new Letters();
  const [ours, others] = [letters.hunks(original, left), letters.hunks(original, right)];
  // Lines that cannot be told from each other cannot be brought together either.
  if (letters.spent) return { text: marked(left, right).join(""), conflicts: 1 };
  const out: string[] = [];
  let [at, conflicts] = [0, 0];
  while (ours.length + others.length > 0) {
    const group = takeGroup(ours, others);
    out.push(...original.slice(at, group.start));
    const [a, b] = [sideOf(group, group.ours, left, original), sideOf(group, group.others, right, original)];
    const agreed = agreement(group, a, b);
    if (agreed === null) conflicts += 1;
    out.push(...(agreed ?? marked(a, b)));
    at = group.end;
  }
  return { text: [...out, ...original.slice(at)].join(""), conflicts };
}

type Group = { start: number; end: number; ours: Hunk[]; others: Hunk[] };

/** The next changes of either side, and all that touch them. They are taken out of the lists. */
function takeGroup(ours: Hunk[], others: Hunk[]): Group {
  const start = Math.min(ours[0]?.fromBase ?? Infinity, others[0]?.fromBase ?? Infinity);
  const group: Group = { start, end: start, ours: [], others: [] };
  const take = (from: Hunk[], to: Hunk[]) => {
    const [next] = from;
    if (!next || next.fromBase > group.end) return false;
    to.push(next);
    from.shift();
    group.end = Math.max(group.end, next.toBase);
    return true;
  };
  while (take(ours, group.ours) || take(others, group.others));
  return group;
}

/** What stands on one side in place of the group's lines. */
function sideOf(group: Group, hunks: Hunk[], side: string[], original: string[]): string[] {
  const [first, last] = [hunks[0], hunks.at(-1)];
  if (!first || !last) return original.slice(group.start, group.end);
  return side.slice(first.from - (first.fromBase - group.start), last.to + (group.end - last.toBase));
}

function agreement(group: Group, a: string[], b: string[]): string[] | null {
  if (group.others.length === 0) return a;
  if (group.ours.length === 0 || a.join("") === b.join("")) return b;
  return null;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function marked(a: string[], b: string[]): string[] {
  return [mark(MINE), ...ended(a), mark(BETWEEN), ...ended(b), mark(THEIRS)];
}

function mark(words: string): string {
  return `${words}\n`;
}

/** The last line of a file may have no end; behind it comes a mark. */
function ended(lines: string[]): string[] {
  return lines.map((line) => (line.endsWith("\n") ? line : `${line}\n`));
}

const FIRST_LETTER = 0x100;
/** Behind it come the letters that only count in pairs. */
const LAST_LETTER = 0xd7ff;

/** Each different line as one letter: what compares letters then compares lines. */
class Letters {
  private readonly known = new Map<string, string>();

  /** There are more different lines than letters. No person writes such a file, but a program may. */
  get spent(): boolean {
    return this.known.size > LAST_LETTER - FIRST_LETTER + 1;
  }

  hunks(original: string[], changed: string[]): Hunk[] {
    const changes = diff(this.word(original), this.word(changed), COMPARING);
    return changes.map(({ fromA, toA, fromB, toB }) => ({ fromBase: fromA, toBase: toA, from: fromB, to: toB }));
  }
  private word(lines: string[]): string {
    return lines.map((line) => this.letter(line)).join("");
  }
  private letter(line: string): string {
    const known = this.known.get(line);
    if (known) return known;
    const made = String.fromCharCode(Math.min(FIRST_LETTER + this.known.size, LAST_LETTER));
    this.known.set(line, made);
    return made;
  }
}
