/** Names while one types, asked of the assistant; what was typed meanwhile filters them without asking again. */
import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { Desk } from "./assistant";
import { positionOf, spotAt } from "./columns";
import { quietly } from "./problems";

const TYPES: Record<string, string> = {
  module: "namespace",
  class: "class",
  function: "function",
  instance: "variable",
  statement: "variable",
  param: "variable",
  property: "property",
  keyword: "keyword",
};

export function completionOf(desk: Desk): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { doc } = context.state;
    if (!context.explicit && !context.matchBefore(/(?:[A-Za-z_]\w*|\.)$/)) return null;
    const stop = new AbortController();
    context.addEventListener("abort", () => stop.abort());
    const spot = spotAt(doc, context.pos);
    const question = { path: desk.path, content: doc.toString(), signal: stop.signal, ...spot };
    const found = await quietly(desk.assistant().complete?.(question));
    if (!found || context.aborted || found.names.length === 0) return null;
    return {
      from: positionOf(doc, { line: spot.line, column: found.start }),
      options: found.names.map(({ name, kind }, index) => option(name, kind, index)),
      validFor: found.whole ? /^\w*$/ : undefined,
    };
  };
  return autocompletion({ override: [source], activateOnTypingDelay: 60, maxRenderedOptions: 60 });
}

/** In the order of the answer, which knows what is near: names that begin with _ come last. */
function option(label: string, kind: string, index: number): Completion {
  return { label, type: TYPES[kind] ?? "text", detail: kind === "module" ? "module" : undefined, boost: -Math.min(index, 90) };
}
