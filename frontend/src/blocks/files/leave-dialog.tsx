/** "You have unsaved changes": stay or leave. */
import type { Blocker } from "react-router";
import { Confirm } from "@/ui/confirm";

type Props = {
  blocker: Blocker;
  /** Whoever leaves has said that the changes may go. */
  onLeave?: () => void;
};

export function LeaveDialog({ blocker, onLeave }: Props) {
  const leave = () => {
    onLeave?.();
    blocker.proceed?.();
  };
  return (
    <Confirm
      opened={blocker.state === "blocked"}
      title="Leave without saving?"
      action="Leave and lose the changes"
      busy={false}
      error={null}
      onConfirm={leave}
      onClose={() => blocker.reset?.()}
    >
      The changes in the files are not saved yet.
    </Confirm>
  );
}
