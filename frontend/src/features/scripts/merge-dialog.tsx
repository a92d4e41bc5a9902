/** Somebody saved a newer version: theirs and mine are brought together, and become a version that follows both. */
import { Modal, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { ErrorAlert } from "@/ui/error-alert";
import { newestQuery } from "./api";
import type { Workbench } from "./use-workbench";

const MergeView = lazy(() => import("./merge-view").then((module) => ({ default: module.MergeView })));

export function MergeDialog({ bench, scriptId }: { bench: Workbench; scriptId: number }) {
  const opened = bench.merging > 0;
  // What was decided goes with the dialog: it stays until it is known whether that is saved.
  const close = () => !bench.saving.isPending && bench.closeMerge();
  return (
    <Modal opened={opened} onClose={close} title="Somebody saved a newer version" size="90rem" padding="md">
      {opened && <Body bench={bench} scriptId={scriptId} onClose={close} />}
    </Modal>
  );
}

function Body({ bench, scriptId, onClose }: { bench: Workbench; scriptId: number; onClose: () => void }) {
  const { data: theirs, error } = useQuery(newestQuery(scriptId, bench.base));
  if (!theirs) return error ? <ErrorAlert error={error} /> : <Skeleton height={320} />;
  const who = theirs.author?.name ?? "somebody";
  return (
    <>
      <Text size="sm" mb="sm">
        {bench.merging === 1
          ? `You began with version ${bench.base}; ${who} has saved version ${theirs.number} since. What does not collide is brought together already.`
          : `While you decided, ${who} has saved version ${theirs.number}. What you have brought together is kept, and is yours below.`}{" "}
        Nothing is saved before you say so.
      </Text>
      <Suspense fallback={<Skeleton height={320} />}>
        <MergeView key={theirs.number} bench={bench} theirs={theirs} onClose={onClose} />
      </Suspense>
    </>
  );
}
