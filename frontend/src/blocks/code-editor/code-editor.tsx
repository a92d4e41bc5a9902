/** The code editor, loaded only when a page shows it. */
import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { EditorProps } from "./editor";
import { loadEditor } from "./load";

const Editor = lazy(() => loadEditor().then((module) => ({ default: module.Editor })));

export function CodeEditor(props: EditorProps) {
  return (
    <Suspense fallback={<Skeleton height="100%" mih={200} radius={0} role="status" aria-label="Loading the editor" />}>
      <Editor {...props} />
    </Suspense>
  );
}
