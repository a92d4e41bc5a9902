/** What the colours of due times mean. */
import { Text } from "@mantine/core";
import type { Tone } from "./tones";
import classes from "./tones.module.css";

const WORDS: readonly (readonly [tone: Tone, words: string])[] = [
  ["good", "ran"],
  ["bad", "missed"],
  ["fail", "failed"],
  ["warn", "skipped"],
  ["plan", "to come"],
];

export function Legend({ note, mt }: { note?: string; mt?: string }) {
  return (
    <Text component="div" mt={mt} className={`${classes.tones} ${classes.legend}`}>
      {WORDS.map(([tone, words]) => (
        <span key={tone}>
          <i style={{ background: `var(--tone-${tone})` }} aria-hidden />
          {words}
        </span>
      ))}
      {note && <span>{note}</span>}
    </Text>
  );
}
