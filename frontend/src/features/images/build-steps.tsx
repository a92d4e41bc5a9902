/** The steps of a build with the time of each, longest seen at a glance. */
import { Spoiler, Text } from "@mantine/core";
import type { Build } from "@/api/types";
import { duration } from "@/lib/format";
import classes from "./images.module.css";

export function BuildSteps({ steps, failedLine }: { steps: Build["steps"]; failedLine: number | null }) {
  if (steps.length === 0) return null;
  const longest = Math.max(1, ...steps.map((step) => step.seconds ?? 0));
  return (
    <Spoiler maxHeight={210} showLabel="Show all steps" hideLabel="Show fewer steps">
      <ol className={classes.steps} aria-label="Steps">
        {steps.map((step) => (
          <li key={step.number}>
            <code>{step.instruction}</code>
            <Text component="span" size="xs" c="dimmed">
              {step.seconds === null ? (failedLine ? "failed" : "…") : duration(step.seconds)}
            </Text>
            <span className={classes.bar} style={{ width: `${((step.seconds ?? 0) / longest) * 100}%` }} aria-hidden />
          </li>
        ))}
      </ol>
    </Spoiler>
  );
}
