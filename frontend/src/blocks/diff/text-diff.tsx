/** What differs between two texts, side by side or one below the other; loaded only when a page shows it. */
import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { TextDiffProps } from "./diff-view";

const View = lazy(() => import("./diff-view").then((module) => ({ default: module.TextDiffView })));

export function TextDiff(props: TextDiffProps) {
  return (
    <Suspense fallback={<DiffFallback />}>
      <View {...props} />
    </Suspense>
  );
}

export function DiffFallback() {
  return <Skeleton height={240} radius="md" role="status" aria-label="Comparing" />;
}
