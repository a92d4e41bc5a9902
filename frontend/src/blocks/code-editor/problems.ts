/** Problems while one types: marks in the gutter, waves under the text, a list on demand, repairs by a click. */
import { forceLinting, lintGutter, linter, lintKeymap, openLintPanel, type Diagnostic } from "@codemirror/lint";
import { EditorState, type Extension, type Text } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";
import type { CodeProblem, Desk, Edit } from "./assistant";
import { positionOf } from "./columns";

const PAUSE_MS = 450;
/** The list's own words, as the pages say it. */
const WORDS = { "No diagnostics": "No problems", Diagnostics: "Problems" };

export function problemsOf(desk: Desk): Extension {
  let last: readonly Diagnostic[] = [];
  const ask = async (view: EditorView): Promise<readonly Diagnostic[]> => {
    const doc = view.state.doc;
    const found = await quietly(desk.assistant().problems?.(desk.path, doc.toString()));
    // Without an answer what was known stays, unless it lies where there is nothing any more.
    last = found ? found.map((one) => diagnostic(doc, one)) : last.filter((one) => one.to <= doc.length);
    return last;
  };
  return [linter(ask, { delay: PAUSE_MS }), lintGutter(), keymap.of(lintKeymap), EditorState.phrases.of(WORDS)];
}

export { forceLinting, openLintPanel };

function diagnostic(doc: Text, problem: CodeProblem): Diagnostic {
  const from = positionOf(doc, problem.start);
  const to = Math.max(from, positionOf(doc, problem.end));
  const { fix } = problem;
  return {
    from,
    to,
    severity: problem.severity,
    message: problem.message,
    source: problem.code,
    actions: fix ? [{ name: fix.message, apply: (view) => mend(view, fix.edits) }] : [],
  };
}

function mend(view: EditorView, edits: Edit[]): void {
  const { doc } = view.state;
  const changes = edits.map(({ start, end, content }) => ({ from: positionOf(doc, start), to: positionOf(doc, end), insert: content }));
  view.dispatch({ changes, userEvent: "input.fix" });
}

/** Help that does not come is no reason to disturb anybody. */
export async function quietly<T>(asked: Promise<T | null> | undefined): Promise<T | null> {
  try {
    return (await asked) ?? null;
  } catch {
    return null;
  }
}
