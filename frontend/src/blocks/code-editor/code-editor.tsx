/** The code editor, loaded only when a page shows it. */
import { lazy, Suspense } from "react";
import type { EditorProps } from "./editor";
import { loadEditor } from "./load";
import { Preview } from "./preview";

const Editor = lazy(() => loadEditor().then((module) => ({ default: module.Editor })));

export function CodeEditor(props: EditorProps) {
  return (
    <Suspense fallback={<Preview {...props} />}>
      <Editor {...props} />
    </Suspense>
  );
}
