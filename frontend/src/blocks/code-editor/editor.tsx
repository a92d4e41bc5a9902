/** CodeMirror in React: one view, a document per file whose undo history survives switching to another file and back. */
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import code from "./code.module.css";
import classes from "./editor.module.css";
import { extensions } from "./setup";

export type EditorProps = {
  /** Names the document; its ending decides the language. */
  path: string;
  value: string;
  /** What screen readers call the field: "Code of main.py". */
  label: string;
  readOnly?: boolean;
  onChange?: (value: string) => void;
};

export function Editor({ path, value, label, readOnly = false, onChange }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const shelf = useRef(new Map<string, EditorState>());
  const changed = useEffectEvent((text: string) => onChange?.(text));

  useLayoutEffect(() => {
    const editor = new EditorView({ parent: host.current as HTMLElement });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useLayoutEffect(() => {
    const states = shelf.current;
    const key = `${path}\n${readOnly}`;
    const kept = states.get(key);
    const report = EditorView.updateListener.of((update) => {
      states.set(key, update.state);
      if (update.docChanged) changed(update.state.doc.toString());
    });
    const fresh = () => EditorState.create({ doc: value, extensions: [extensions(path, label, readOnly), report] });
    view.current?.setState(kept && kept.doc.toString() === value ? kept : fresh());
    // `value` is only the start: afterwards the editor owns the text, and the effect below takes over outside changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path, label, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={host} className={`${code.code} ${classes.editor}`} />;
}
