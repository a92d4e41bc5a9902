/** Whether a schedule is on; turning it can be taken back. */
import { Switch } from "@mantine/core";
import type { Schedule } from "@/api/types";
import { toastError, toastUndo } from "@/ui/toast";
import { useSwitchSchedule } from "../api";
import { nameOf } from "../words";

export function ScheduleSwitch({ schedule, label }: { schedule: Schedule; label?: string }) {
  const change = useSwitchSchedule();
  const turn = (enabled: boolean) => {
    const told = enabled ? `Switched on: ${nameOf(schedule)}` : `Switched off: ${nameOf(schedule)}`;
    const back = () => change.mutateAsync({ id: schedule.id, enabled: !enabled });
    change.mutate({ id: schedule.id, enabled }, { onSuccess: () => toastUndo(told, back), onError: toastError });
  };
  return (
    <Switch
      checked={change.isPending ? change.variables.enabled : schedule.enabled}
      onChange={(event) => turn(event.currentTarget.checked)}
      aria-label={`${nameOf(schedule)} of ${schedule.script.name} is on`}
      label={label}
      size="md"
    />
  );
}
