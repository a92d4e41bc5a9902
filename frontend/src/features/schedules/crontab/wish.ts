/** What is chosen about a crontab file before it is imported. Pure. */
import { ownZone } from "@/lib/dates";
import type { ImportWish } from "../api";

export type Choices = {
  text: string;
  system: boolean;
  zone: string;
  /** For lines that name no script of ours. */
  script: string | null;
  /** By the number of the line. */
  scripts: Record<number, string>;
  leaveOut: number[];
};

export const NO_CHOICES: Choices = { text: "", system: false, zone: ownZone(), script: null, scripts: {}, leaveOut: [] };

/** Another file: what was chosen about the lines of the last one says nothing of it. */
export function withText(choices: Choices, text: string): Choices {
  return { ...choices, text, scripts: {}, leaveOut: [] };
}

export function withLine(choices: Choices, line: number, wanted: boolean): Choices {
  const others = choices.leaveOut.filter((one) => one !== line);
  return { ...choices, leaveOut: wanted ? others : [...others, line] };
}

export function wishOf({ text, system, zone, script, scripts, leaveOut }: Choices): ImportWish {
  return {
    text,
    system,
    zone,
    script_id: script === null ? null : Number(script),
    scripts: Object.entries(scripts).map(([line, id]) => ({ line: Number(line), script_id: Number(id) })),
    leave_out: [...leaveOut].sort((a, b) => a - b),
  };
}
