/** The line below the code: where the cursor is and how many problems there are. Plain elements: it changes with each key. */
import { diagnosticCount, forEachDiagnostic, openLintPanel } from "@codemirror/lint";
import type { EditorState, Extension } from "@codemirror/state";
import { showPanel, type EditorView } from "@codemirror/view";
import { plural } from "@/lib/format";
import { spotAt } from "./columns";
import { element } from "./signature";

export function statusLine(words: string, checked: boolean): Extension {
  return showPanel.of((view) => {
    const dom = element("div", "cm-status");
    const problems = dom.appendChild(button(view));
    problems.hidden = !checked;
    const place = dom.appendChild(element("span", "cm-status-place"));
    dom.appendChild(element("span", "cm-status-hint", words));
    const tell = (state: EditorState) => {
      const { line, column } = spotAt(state.doc, state.selection.main.head);
      place.textContent = `Line ${line}, column ${column + 1}`;
      if (!checked) return;
      problems.textContent = problemsOf(state);
      problems.dataset.any = String(diagnosticCount(state) > 0);
    };
    tell(view.state);
    return { dom, update: (update) => tell(update.state) };
  });
}

function button(view: EditorView): HTMLElement {
  const made = element("button", "cm-status-problems");
  made.setAttribute("type", "button");
  made.title = "List of problems: Ctrl-Shift-M; next one: F8";
  made.onclick = () => openLintPanel(view);
  return made;
}

function problemsOf(state: EditorState): string {
  let errors = 0;
  forEachDiagnostic(state, (one) => (errors += one.severity === "error" ? 1 : 0));
  const others = diagnosticCount(state) - errors;
  const words = [errors && plural(errors, "error"), others && plural(others, "warning")].filter(Boolean);
  return words.join(", ") || "No problems";
}
