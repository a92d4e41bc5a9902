/** When a schedule runs next, and how it stands where it does not. */
import type { Schedule } from "@/api/types";
import { moment, ownZone, relative } from "@/lib/dates";
import { useNow } from "@/lib/use-now";
import { inZone, shortly } from "@/lib/zones";
import { Pill, type Tone } from "@/ui/pill";
import { stateOf, type State } from "../words";
import classes from "../schedules.module.css";

const STATES: Record<Exclude<State, "on">, readonly [tone: Tone, word: string]> = {
  off: ["rest", "switched off"],
  paused: ["warn", "paused with all"],
  waiting: ["rest", "not begun yet"],
  ended: ["rest", "ended"],
  broken: ["bad", "cannot be planned"],
};

/** A pill for every state but the usual one. */
export function StatePill({ state }: { state: State }) {
  if (state === "on") return null;
  const [tone, word] = STATES[state];
  return <Pill tone={tone}>{word}</Pill>;
}

export function useScheduleState(schedule: Schedule, allPaused: boolean): State {
  return useNow((now) => stateOf(schedule, allPaused, now));
}

/** `in 3 hr.` above `Mon 03:00 Europe/Paris`; the reader's own clock on hover. */
export function NextRun({ schedule, allPaused }: { schedule: Schedule; allPaused: boolean }) {
  const state = useScheduleState(schedule, allPaused);
  const at = schedule.next_at;
  if (at === null || (state !== "on" && state !== "waiting")) {
    return (
      <span className={classes.when} title={schedule.trouble ?? undefined}>
        <StatePill state={state} />
      </span>
    );
  }
  return (
    <span className={classes.when}>
      <NextTime at={at} />
      <span className={classes.dim} title={`${inZone(at, ownZone())} on your clock (${ownZone()})`}>
        {shortly(at, schedule.zone)} {schedule.zone}
      </span>
    </span>
  );
}

function NextTime({ at }: { at: string }) {
  const words = useNow((now) => relative(at, now));
  return (
    <time dateTime={at} title={moment(at)}>
      {words}
    </time>
  );
}
