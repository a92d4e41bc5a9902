/** A state in one word: the word says it, the dot's colour only helps. */
import classes from "./ui.module.css";

export type Tone = "good" | "bad" | "warn" | "busy" | "rest";

export function Pill({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={classes.pill} data-tone={tone}>
      <span className={classes.dot} aria-hidden />
      {children}
    </span>
  );
}
