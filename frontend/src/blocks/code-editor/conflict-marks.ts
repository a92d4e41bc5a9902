/** Lines that a merge left to a person stand out: the marks, and between them whose lines they are. */
import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

const MARK = Decoration.line({ class: "cm-conflict-mark" });
const STARTS = ["<<<<<<< ", "=======", ">>>>>>> "];

export const conflictMarks: Extension = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;
    constructor(view: EditorView) {
      this.marks = marksOf(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.marks = marksOf(update.view);
    }
  },
  { decorations: (plugin) => plugin.marks },
);

/** Only of what is in sight. */
function marksOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let line = view.state.doc.lineAt(from); ; line = view.state.doc.line(line.number + 1)) {
      if (STARTS.some((start) => line.text.startsWith(start) && line.text.length < 40)) builder.add(line.from, line.from, MARK);
      if (line.to >= to || line.number === view.state.doc.lines) break;
    }
  }
  return builder.finish();
}
