/** What can be done with a job: cancel it, run it again. */
import { Button } from "@mantine/core";
import { RotateCcw, Square } from "lucide-react";
import type { Job } from "@/api/types";
import { isFinalJob } from "@/blocks/status";
import { toast, toastError } from "@/ui/toast";
import { useCancelJob, useRunAgain } from "./api";

export function CancelButton({ job, size = "sm" }: { job: Job; size?: string }) {
  const cancel = useCancelJob();
  if (!job.moves.includes("cancel")) return null;
  const asked = job.cancel_requested_at !== null;
  return (
    <Button
      size={size}
      variant="default"
      leftSection={<Square size={14} />}
      loading={cancel.isPending}
      disabled={asked}
      onClick={() => cancel.mutate(job.id, { onError: toastError })}
    >
      {asked ? "Stopping …" : "Cancel job"}
    </Button>
  );
}

export function RunAgainButton({ job, onStarted }: { job: Job; onStarted: (job: Job) => void }) {
  const again = useRunAgain();
  if (!isFinalJob(job.status)) return null;
  const started = (next: Job) => {
    toast(`Started job ${next.id}.`);
    onStarted(next);
  };
  return (
    <Button
      leftSection={<RotateCcw size={16} />}
      loading={again.isPending}
      onClick={() => again.mutate(job, { onSuccess: started, onError: toastError })}
    >
      Run again
    </Button>
  );
}
