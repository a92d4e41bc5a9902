/** "You have unsaved changes": stay or leave. */
import type { Blocker } from "react-router";
import { Confirm } from "@/ui/confirm";

export function LeaveDialog({ blocker }: { blocker: Blocker }) {
  return (
    <Confirm
      opened={blocker.state === "blocked"}
      title="Leave without saving?"
      action="Leave and lose the changes"
      busy={false}
      error={null}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      The changes in the files are not saved yet.
    </Confirm>
  );
}
