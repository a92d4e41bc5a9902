/** Stops a job. */
import { Button } from "@mantine/core";
import { Square } from "lucide-react";
import type { Job } from "@/api/types";
import { toastError } from "@/ui/toast";
import { useCancelJob } from "./api";

export function CancelButton({ job, size = "sm" }: { job: Job; size?: string }) {
  const cancel = useCancelJob();
  if (!job.moves.includes("cancel")) return null;
  return (
    <Button
      size={size}
      variant="default"
      leftSection={<Square size={14} />}
      loading={cancel.isPending}
      onClick={() => cancel.mutate(job.id, { onError: toastError })}
    >
      Cancel job
    </Button>
  );
}
