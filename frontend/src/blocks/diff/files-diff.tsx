/** What differs between two sets of files; loaded only when a page shows it. */
import { lazy, Suspense } from "react";
import type { FilesDiffProps } from "./files-diff-view";
import { DiffFallback } from "./text-diff";

const View = lazy(() => import("./files-diff-view").then((module) => ({ default: module.FilesDiffView })));

export function FilesDiff(props: FilesDiffProps) {
  return (
    <Suspense fallback={<DiffFallback />}>
      <View {...props} />
    </Suspense>
  );
}
