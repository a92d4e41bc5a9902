/** The steps of a build as the page shows them: how each stands, and which bytes of the log are its own. Pure. */
import type { Build, BuildStep } from "@/api/types";
import { isFinalBuild } from "@/blocks/status";

export type StepState = "done" | "kept" | "failed" | "running" | "stopped";
export type ShownStep = {
  step: BuildStep;
  state: StepState;
  /** The bytes of the log that are this step's; `end` null: as far as the log goes. Null: it is not known where they are. */
  part: { start: number; end: number | null } | null;
};

/** Added by Scripter to every Dockerfile, and of no interest while all is well. */
const OWN_LABEL = /^LABEL scripter\.(instance|image|build)=/;

export function shownSteps(build: Build): ShownStep[] {
  return build.steps
    .map((step, index) => ({ step, state: stateOf(build, index), part: partOf(build.steps, index) }))
    .filter(({ step, state }) => !OWN_LABEL.test(step.instruction) || state === "running" || state === "failed");
}

/** The one that stands open by itself: what runs, or what failed. */
export function openStep(build: Build): number | null {
  const steps = shownSteps(build);
  return steps.find(({ state }) => state === "failed" || state === "running" || state === "stopped")?.step.number ?? null;
}

function stateOf(build: Build, index: number): StepState {
  const step = build.steps[index] as BuildStep;
  const last = index === build.steps.length - 1;
  if (last && !isFinalBuild(build.status)) return "running";
  if (last && build.status === "failed") return "failed";
  if (last && build.status === "cancelled") return "stopped";
  return step.cached ? "kept" : "done";
}

function partOf(steps: BuildStep[], index: number): ShownStep["part"] {
  const start = steps[index]?.log_start ?? null;
  if (start === null) return null;
  return { start, end: steps[index + 1]?.log_start ?? null };
}
