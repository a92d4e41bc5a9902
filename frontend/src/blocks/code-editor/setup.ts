/** What the editor can do: languages by file name, help with the code, keys, looks. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, tooltips } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Desk } from "./assistant";
import { completionOf } from "./completion";
import { conflictMarks } from "./conflict-marks";
import { formatKeys } from "./formatting";
import { isPython, languageOf } from "./languages";
import { lookupOf } from "./lookup";
import { problemsOf } from "./problems";
import { signatureOf } from "./signature";
import { statusLine } from "./status-line";

/** Everything for one document. `label` is what screen readers call the field; without a desk nobody helps. */
export function extensions(path: string, label: string, readOnly: boolean, desk: Desk | null): Extension {
  return [
    languageOf(path),
    // Before the keys of the editor: what is shown closes with Escape first.
    readOnly || !desk ? autocompletion() : helpOf(desk),
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("    "),
    bracketMatching(),
    closeBrackets(),
    search({ top: true }),
    highlightSelectionMatches(),
    highlightActiveLine(),
    conflictMarks,
    highlightActiveLineGutter(),
    syntaxHighlighting(classHighlighter),
    // Not inside of the editor, whose box cuts off what stands out of it.
    tooltips({ position: "fixed" }),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorState.readOnly.of(readOnly),
    // Ctrl-Enter and Ctrl-S belong to the page; the editor's own meanings of them would act as well.
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => true }])),
    // Tab indents. Escape, then Tab leaves the editor, which the line below it says.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
    readOnly ? [] : statusLine("Esc Tab leaves", desk?.assistant().problems !== undefined),
  ];
}

function helpOf(desk: Desk): Extension {
  const assistant = desk.assistant();
  if (!isPython(desk.path)) return [assistant.problems ? problemsOf(desk) : [], autocompletion()];
  return [
    assistant.problems ? problemsOf(desk) : [],
    assistant.complete ? completionOf(desk) : autocompletion(),
    assistant.signature ? signatureOf(desk) : [],
    lookupOf(desk),
    formatKeys(desk),
  ];
}
