/** What an editor may ask about the code in it. Whoever shows an editor answers what it can; scripts answer all of it.
 *
 * Lines count from 1, columns from 0 in characters (an emoji is one), as servers count them. `null`: no answer this time. */

export type Spot = { line: number; column: number };
export type Place = Spot & { path: string };

export type Edit = { start: Spot; end: Spot; content: string };
export type CodeProblem = {
  start: Spot;
  end: Spot;
  severity: "error" | "warning" | "info";
  message: string;
  code?: string;
  fix?: { message: string; edits: Edit[] } | null;
};

export type Question = Place & { content: string; signal: AbortSignal };
export type Names = { names: { name: string; kind: string }[]; start: number; whole: boolean };
export type Signature = { name: string; parameters: string[]; active?: number | null; doc: string };
export type Documentation = { title: string; doc: string };
export type Definition = { targets: Place[]; outside: string };
export type Layout = { content: string | null; why: string };

export type Assistant = {
  problems?: (path: string, content: string) => Promise<CodeProblem[] | null>;
  format?: (path: string, content: string) => Promise<Layout | null>;
  complete?: (question: Question) => Promise<Names | null>;
  signature?: (question: Question) => Promise<Signature[] | null>;
  hover?: (question: Question) => Promise<Documentation | null>;
  define?: (question: Question) => Promise<Definition | null>;
};

/** What the extensions are given: the newest assistant, and what to do with what they find. */
export type Desk = {
  path: string;
  assistant: () => Assistant;
  /** Show a place, perhaps in another file. */
  goTo: (place: Place) => void;
  /** Tell the reader something that has no place in the code. */
  tell: (message: string) => void;
};
