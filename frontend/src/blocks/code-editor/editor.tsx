/** CodeMirror in React: one view, a document per file whose undo history survives switching to another file and back. */
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import { toast } from "@/ui/toast";
import type { Assistant, Place } from "./assistant";
import code from "./code.module.css";
import { positionOf } from "./columns";
import classes from "./editor.module.css";
import { lineEnd, plain } from "./line-ends";
import { extensions } from "./setup";

export type EditorProps = {
  /** Names the document; its ending decides the language. */
  path: string;
  value: string;
  /** What screen readers call the field: "Code of main.py". */
  label: string;
  readOnly?: boolean;
  onChange?: (value: string) => void;
  /** Who helps with the code; that there is one does not change while the editor stands. */
  assistant?: Assistant;
  /** Where the cursor is to go. Another `stamp` goes there again. */
  place?: (Place & { stamp: number }) | null;
  /** A place, perhaps in another file, that the reader wants to see. */
  onGoTo?: (place: Place) => void;
};

/** A change that came from outside, where it is known already. */
const given = Annotation.define<boolean>();

export function Editor({ path, value, label, readOnly = false, onChange, assistant, place = null, onGoTo }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const shelf = useRef(new Map<string, EditorState>());
  const served = useRef(0);
  /** By path: a file that has lost its last line break on the way still knows how its lines end. */
  const ends = useRef(new Map<string, string>());
  const changed = useEffectEvent((text: string) => {
    const end = lineEnd(value) ?? ends.current.get(path) ?? "\n";
    ends.current.set(path, end);
    onChange?.(end === "\n" ? text : text.replaceAll("\n", end));
  });
  const newest = useEffectEvent(() => assistant ?? {});
  const goTo = useEffectEvent((target: Place) => onGoTo?.(target));
  const helped = assistant !== undefined;

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
      if (update.docChanged && !update.transactions.some((one) => one.annotation(given))) changed(update.state.doc.toString());
    });
    const desk = helped ? { path, assistant: () => newest(), goTo: (target: Place) => goTo(target), tell: toast } : null;
    const fresh = () => EditorState.create({ doc: value, extensions: [extensions(path, label, readOnly, desk), report] });
    view.current?.setState(kept && kept.doc.toString() === plain(value) ? kept : fresh());
    // `value` is only the start: afterwards the editor owns the text, and the effect below takes over outside changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path, label, readOnly, helped]);

  useEffect(() => {
    const [editor, wanted] = [view.current, plain(value)];
    const now = editor?.state.doc.toString();
    if (!editor || now === undefined || now === wanted) return;
    editor.dispatch({ changes: smallestChange(now, wanted), annotations: given.of(true) });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    // Once only: whoever comes back to the file later finds the cursor where it was left.
    if (!editor || !place || place.path !== path || place.stamp === served.current) return;
    served.current = place.stamp;
    const position = positionOf(editor.state.doc, place);
    editor.dispatch({ selection: { anchor: position }, effects: EditorView.scrollIntoView(position, { y: "center" }) });
    editor.focus();
  }, [place, path]);

  return <div ref={host} className={`${code.code} ${classes.editor}`} />;
}

/** Only what differs in the middle is replaced, so that the cursor stays where it was. */
function smallestChange(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
