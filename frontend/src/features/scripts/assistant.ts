/** Help with a script's Python: what the editor asks is asked of the server, with what is not saved yet. */
import { useMemo } from "react";
import { answer, api } from "@/api/client";
import type { Assistant, CodeProblem, Question } from "@/blocks/code-editor/assistant";
import { isPython } from "@/blocks/code-editor/languages";
import type { Draft } from "@/blocks/files/draft";

/** The server gives up after some seconds; nobody waits longer than this many times that. */
const TRIES = 4;

/** `base` is the version that the draft began with. */
export function useAssistant(scriptId: number, base: number, draft: Draft): Assistant {
  return useMemo(() => assistantOf(scriptId, base, draft), [scriptId, base, draft]);
}

function assistantOf(scriptId: number, base: number, draft: Draft): Assistant {
  const path = { params: { path: { script_id: scriptId } } };
  const about = (question: Question) => ({ ...path, body: bodyOf(base, draft, question), signal: question.signal });
  return {
    async problems(file, content) {
      if (!isPython(file)) return [];
      const { items = [], late } = await answer(api.POST("/api/scripts/{script_id}/python/problems", { ...path, body: { content } }));
      return late ? null : items.map(({ breaks, ...one }): CodeProblem => ({ ...one, severity: breaks ? "error" : "warning" }));
    },
    async format(_file, content) {
      const found = await answer(api.POST("/api/scripts/{script_id}/python/format", { ...path, body: { content } }));
      return found.late ? null : { content: found.content ?? null, why: found.why ?? "" };
    },
    async complete(question) {
      const asked = about(question);
      const found = await patiently(() => answer(api.POST("/api/scripts/{script_id}/python/complete", asked)), asked);
      return found && { names: found.names ?? [], start: found.start ?? 0, whole: found.whole ?? false };
    },
    async signature(question) {
      const asked = about(question);
      const found = await patiently(() => answer(api.POST("/api/scripts/{script_id}/python/signature", asked)), asked);
      return found && (found.signatures ?? []);
    },
    async hover(question) {
      const asked = about(question);
      const found = await patiently(() => answer(api.POST("/api/scripts/{script_id}/python/hover", asked)), asked);
      return found && { title: found.title ?? "", doc: found.doc ?? "" };
    },
    async define(question) {
      const asked = about(question);
      const found = await patiently(() => answer(api.POST("/api/scripts/{script_id}/python/definition", asked)), asked);
      return found && { targets: found.targets ?? [], outside: found.outside ?? "" };
    },
  };
}

/** What comes too late has been worked on meanwhile: asked for again, it is soon there. Null: not even then. */
async function patiently<T extends { late?: boolean }>(ask: () => Promise<T>, { signal }: { signal: AbortSignal }): Promise<T | null> {
  for (let left = TRIES; left > 0 && !signal.aborted; left -= 1) {
    const found = await ask();
    if (!found.late) return found;
  }
  return null;
}

/** The server has the version; it is sent what differs from it. */
function bodyOf(base: number, draft: Draft, { path, content, line, column }: Question) {
  const saved = new Map(draft.saved.map((file) => [file.path, file.content]));
  const others = draft.files.filter((file) => file.path !== path && isPython(file.path) && saved.get(file.path) !== file.content);
  const now = new Set(draft.files.map((file) => file.path));
  const gone = draft.saved.map((file) => file.path).filter((one) => isPython(one) && !now.has(one));
  return { base, changed: [...others, { path, content, encoding: "utf-8" as const }], gone, path, line, column };
}
