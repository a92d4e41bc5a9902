/** How the function is called whose brackets one is writing in: shown above them, the present parameter in bold. */
import { ensureSyntaxTree } from "@codemirror/language";
import { Prec, StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, showTooltip, ViewPlugin, type Tooltip, type ViewUpdate } from "@codemirror/view";
import type { Desk, Signature } from "./assistant";
import { spotAt } from "./columns";
import { quietly } from "./problems";

const PAUSE_MS = 120;
/** What has not been parsed yet is parsed for so long, and then after another pause. */
const PARSING_MS = 50;

const show = StateEffect.define<Tooltip | null>();

const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return tooltip && transaction.docChanged ? { ...tooltip, pos: transaction.changes.mapPos(tooltip.pos) } : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

export function signatureOf(desk: Desk): Extension {
  const plugin = ViewPlugin.define((view) => new Follower(view, desk));
  const close = (view: EditorView) => {
    if (!view.state.field(shown)) return false;
    // Nor may an answer that is on its way bring it back.
    view.plugin(plugin)?.destroy();
    view.dispatch({ effects: show.of(null) });
    return true;
  };
  return [shown, plugin, Prec.high(keymap.of([{ key: "Escape", run: close }]))];
}

/** Asks again, a moment later, whenever one writes or moves inside brackets. */
class Follower {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop = new AbortController();
  private readonly view: EditorView;
  private readonly desk: Desk;

  constructor(view: EditorView, desk: Desk) {
    this.view = view;
    this.desk = desk;
  }
  update(update: ViewUpdate): void {
    if (!update.docChanged && !update.selectionSet) return;
    this.destroy();
    // Only moving about does not bring it up, but it goes on in what is shown already.
    if (update.docChanged || update.state.field(shown)) this.lookSoon();
  }
  destroy(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }
  private lookSoon(): void {
    this.timer = setTimeout(() => void this.look(), PAUSE_MS);
  }
  private async look(): Promise<void> {
    const open = bracketAt(this.view.state);
    if (open === undefined) this.lookSoon();
    else if (open === null) this.hide();
    else await this.ask(open);
  }
  private async ask(open: number): Promise<void> {
    this.stop = new AbortController();
    const { signal } = this.stop;
    const { doc, selection } = this.view.state;
    const question = { path: this.desk.path, content: doc.toString(), signal, ...spotAt(doc, selection.main.head) };
    const found = await quietly(this.desk.assistant().signature?.(question));
    if (signal.aborted || !found) return;
    const [first] = found;
    this.view.dispatch({ effects: show.of(first ? tooltipOf(first, open) : null) });
  }
  private hide(): void {
    if (this.view.state.field(shown)) this.view.dispatch({ effects: show.of(null) });
  }
}

/** Where the innermost brackets open that are not closed before the cursor; null outside of any call, undefined while
 * the text is not parsed so far. */
function bracketAt(state: EditorState): number | null | undefined {
  const { head } = state.selection.main;
  const tree = ensureSyntaxTree(state, head, PARSING_MS);
  if (!tree) return undefined;
  for (let node = tree.resolveInner(head, -1); node.parent; node = node.parent) {
    if (node.name !== "ArgList") continue;
    const closed = node.to <= head && state.sliceDoc(node.to - 1, node.to) === ")";
    if (node.from < head && !closed) return node.from;
  }
  return null;
}

function tooltipOf({ name, parameters, active, doc }: Signature, pos: number): Tooltip {
  return {
    pos,
    above: true,
    create: () => {
      const dom = element("div", "cm-signature");
      const line = dom.appendChild(element("div", "cm-signature-line", `${name}(`));
      parameters.forEach((parameter, index) => {
        if (index > 0) line.append(", ");
        line.append(element(index === active ? "b" : "span", "", parameter));
      });
      line.append(")");
      const first = doc.split("\n\n")[0]?.trim();
      if (first) dom.append(element("div", "cm-doc", first));
      return { dom };
    },
  };
}

export function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
