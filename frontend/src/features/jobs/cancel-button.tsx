/** Stops a job. */
import { Button } from "@mantine/core";
import { Square } from "lucide-react";
import type { Job } from "@/api/types";
import { toastError } from "@/ui/toast";
import { useCancelJob } from "./api";

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
