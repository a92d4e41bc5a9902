/** CodeMirror's two ways to show a difference, read only. */
import { defaultKeymap } from "@codemirror/commands";
import { syntaxHighlighting } from "@codemirror/language";
import { goToNextChunk, goToPreviousChunk, MergeView, unifiedMergeView } from "@codemirror/merge";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { languageOf } from "@/blocks/code-editor/languages";
import { COMPARING } from "./lines";

export type Side = { text: string; label: string };

const COLLAPSED = { margin: 3, minSize: 6 };

/** Puts the comparison into `parent`; the answer takes it away again. */
export function compare(parent: HTMLElement, path: string, before: Side, after: Side, inline: boolean): () => void {
  const view = inline ? below(parent, path, before, after) : beside(parent, path, before, after);
  return () => view.destroy();
}

function beside(parent: HTMLElement, path: string, before: Side, after: Side): MergeView {
  const editor = ({ text, label }: Side) => ({ doc: text, extensions: reading(path, label) });
  return new MergeView({ parent, a: editor(before), b: editor(after), collapseUnchanged: COLLAPSED, diffConfig: COMPARING });
}

function below(parent: HTMLElement, path: string, before: Side, after: Side): EditorView {
  const merging = unifiedMergeView({
    original: before.text,
    mergeControls: false,
    collapseUnchanged: COLLAPSED,
    diffConfig: COMPARING,
  });
  const label = `${before.label} and ${after.label}`;
  return new EditorView({ parent, doc: after.text, extensions: [reading(path, label), EditorView.lineWrapping, merging] });
}

function reading(path: string, label: string): Extension {
  return [
    languageOf(path),
    lineNumbers(),
    drawSelection(),
    search({ top: true }),
    syntaxHighlighting(classHighlighter),
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ "aria-label": `${path}, ${label}`, tabindex: "0" }),
    keymap.of([
      { key: "F7", run: goToNextChunk },
      { key: "Shift-F7", run: goToPreviousChunk },
      ...searchKeymap,
      ...defaultKeymap,
    ]),
  ];
}
