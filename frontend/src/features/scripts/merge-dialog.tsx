/** Somebody saved a newer version: theirs and mine are brought together, and become a version that follows both. */
import { Modal, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { ErrorAlert } from "@/ui/error-alert";
import { versionQuery, scriptQuery } from "./api";
import type { Workbench } from "./use-workbench";

const MergeView = lazy(() => import("./merge-view").then((module) => ({ default: module.MergeView })));

export function MergeDialog({ bench, scriptId }: { bench: Workbench; scriptId: number }) {
  const close = () => bench.saving.reset();
  return (
    <Modal opened={bench.conflict} onClose={close} title="Somebody saved a newer version" size="90rem" padding="md">
      {bench.conflict && <Body bench={bench} scriptId={scriptId} onClose={close} />}
    </Modal>
  );
}

function Body({ bench, scriptId, onClose }: { bench: Workbench; scriptId: number; onClose: () => void }) {
  // Asked anew: what is known here is from before somebody saved.
  const newest = useQuery({ ...scriptQuery(scriptId), staleTime: 0, refetchOnMount: "always" });
  const number = newest.isFetching ? undefined : newest.data?.version.number;
  const theirs = useQuery({ ...versionQuery(scriptId, number ?? 0), enabled: number !== undefined });
  if (!theirs.data) {
    return newest.error || theirs.error ? <ErrorAlert error={newest.error ?? theirs.error} /> : <Skeleton height={320} />;
  }
  return (
    <>
      <Text size="sm" mb="sm">
        You began with version {bench.base}; {theirs.data.author?.name ?? "somebody"} has saved version {theirs.data.number} since.
        What does not collide is brought together already. Nothing is saved before you say so.
      </Text>
      <Suspense fallback={<Skeleton height={320} />}>
        <MergeView key={theirs.data.number} bench={bench} theirs={theirs.data} onClose={onClose} />
      </Suspense>
    </>
  );
}
