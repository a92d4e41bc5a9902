/** What a name is: its documentation under the pointer, and the way to where it comes from. */
import type { Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, type Tooltip } from "@codemirror/view";
import type { Desk } from "./assistant";
import { spotAt } from "./columns";
import { quietly } from "./problems";
import { element } from "./signature";

export function lookupOf(desk: Desk): Extension {
  return [hoverTooltip((view, position) => documentation(desk, view, position), { hoverTime: 400 }), definitions(desk)];
}

function question(desk: Desk, view: EditorView, position: number) {
  const { doc } = view.state;
  return { path: desk.path, content: doc.toString(), signal: new AbortController().signal, ...spotAt(doc, position) };
}

async function documentation(desk: Desk, view: EditorView, position: number): Promise<Tooltip | null> {
  const word = view.state.wordAt(position);
  if (!word) return null;
  const found = await quietly(desk.assistant().hover?.(question(desk, view, position)));
  if (!found?.title && !found?.doc) return null;
  const create = () => {
    const dom = element("div", "cm-hover");
    if (found.title) dom.append(element("div", "cm-signature-line", found.title));
    if (found.doc) dom.append(element("div", "cm-doc", found.doc));
    return { dom };
  };
  return { pos: word.from, end: word.to, above: true, create };
}

function definitions(desk: Desk): Extension {
  const go = (view: EditorView, position: number) => {
    if (!view.state.wordAt(position)) return false;
    void follow(desk, view, position);
    return true;
  };
  return [
    keymap.of([{ key: "F12", run: (view) => go(view, view.state.selection.main.head) }]),
    EditorView.domEventHandlers({
      mousedown: (event, view) => {
        const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
        return event.button === 0 && (event.ctrlKey || event.metaKey) && position !== null && go(view, position);
      },
    }),
  ];
}

async function follow(desk: Desk, view: EditorView, position: number): Promise<void> {
  const before = view.state.doc;
  const found = await quietly(desk.assistant().define?.(question(desk, view, position)));
  // Whoever writes on, or has gone to another file, is left where they are.
  if (view.state.doc !== before) return;
  const [target] = found?.targets ?? [];
  if (target) desk.goTo(target);
  else if (found?.outside) desk.tell(`${found.outside} is not in this script's files: it comes with Python.`);
  else desk.tell("Where this comes from could not be found.");
}
