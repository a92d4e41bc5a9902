/** The steps of a build, folded, with the time of each; the one that runs or failed stands open. */
import { Text } from "@mantine/core";
import { Check, ChevronRight, CircleDashed, CircleX, History, LoaderCircle } from "lucide-react";
import { useId, useState } from "react";
import type { Build } from "@/api/types";
import { duration } from "@/lib/format";
import { Tag } from "@/ui/tag";
import { Elapsed } from "@/ui/time";
import { StepLog } from "./step-log";
import classes from "./steps.module.css";
import { openStep, shownSteps, type ShownStep, type StepState } from "./steps";

const ICONS = { done: Check, kept: History, failed: CircleX, running: LoaderCircle, stopped: CircleDashed };
const WORDS: Record<StepState, string> = {
  done: "done",
  kept: "kept from an earlier build",
  failed: "failed",
  running: "running",
  stopped: "stopped",
};

export function BuildSteps({ build }: { build: Build }) {
  const own = openStep(build);
  /** What somebody has opened or closed by hand; the rest follows the build. */
  const [chosen, setChosen] = useState<Record<number, boolean>>({});
  if (build.steps.length === 0) return <Text size="sm" c="dimmed">No step has begun.</Text>;
  return (
    <ol className={classes.steps} aria-label="Steps">
      {shownSteps(build).map((shown) => {
        const { number } = shown.step;
        const open = chosen[number] ?? number === own;
        return (
          <OneStep
            key={number}
            build={build}
            shown={shown}
            open={open}
            onToggle={() => setChosen({ ...chosen, [number]: !open })}
          />
        );
      })}
    </ol>
  );
}

type StepProps = { build: Build; shown: ShownStep; open: boolean; onToggle: () => void };

function OneStep({ build, shown: { step, state, part }, open, onToggle }: StepProps) {
  const id = useId();
  const Icon = ICONS[state];
  return (
    <li data-state={state}>
      <button type="button" aria-expanded={open} aria-controls={id} disabled={part === null} onClick={onToggle}>
        <ChevronRight size={16} className={classes.fold} aria-hidden />
        <Icon size={16} className={classes.icon} role="img" aria-label={WORDS[state]} />
        <code>{step.instruction}</code>
        {state === "kept" && <Tag title="Nothing to do: kept from an earlier build">cached</Tag>}
        <span className={classes.time}>
          {step.seconds !== null ? duration(step.seconds) : step.began_at && state === "running" && <Elapsed from={step.began_at} to={null} />}
        </span>
      </button>
      <div id={id} hidden={!open}>
        {open && part && (
          <>
            {state === "failed" && build.failed_step && <Failure build={build} />}
            <StepLog key={part.end} buildId={build.id} number={step.number} part={part} live={state === "running"} toEnd={state !== "done" && state !== "kept"} />
          </>
        )}
      </div>
    </li>
  );
}

/** The one line that says why, before everything that the step printed. */
function Failure({ build }: { build: Build }) {
  const step = build.failed_step;
  return (
    <div className={classes.failure}>
      <b>{step?.error}</b>
      {step?.line ? <span> Line {step.line} of the Dockerfile.</span> : null}
    </div>
  );
}
