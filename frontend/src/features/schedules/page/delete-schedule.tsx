/** The end of a schedule, with what is lost with it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schedule } from "@/api/types";
import { deletion } from "@/lib/deletion";
import { plural } from "@/lib/format";
import { DeleteCard } from "@/ui/delete-card";
import { removeSchedule, scheduleKeys } from "../api";
import { nameOf } from "../words";

export function DeleteSchedule({ schedule, onDeleted }: { schedule: Schedule; onDeleted: () => void }) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationKey: deletion("schedules", schedule.id),
    mutationFn: () => removeSchedule(schedule.id),
    // What is gone must not be asked for once more while its page still stands.
    onSuccess: () => cache.invalidateQueries({ queryKey: scheduleKeys.lists }),
  });
  return (
    <DeleteCard
      kind="schedule"
      name={nameOf(schedule)}
      about={`Ends the schedule. To stop it for some time, switch it off: its ledger stays.`}
      remove={remove}
      onDeleted={onDeleted}
    >
      {schedule.script.name} no longer starts by it. Lost with it: its ledger, which says what became of each due time
      {schedule.recent.length > 0 && `, the ${plural(schedule.recent.length, "last run")} among them`}. Jobs that it started stay with
      their logs. This cannot be undone.
    </DeleteCard>
  );
}
