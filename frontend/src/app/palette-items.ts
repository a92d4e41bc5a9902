/** What the palette offers for what was typed. Pure; used by `Palette`. */
import type { Image, Schedule, Script } from "@/api/types";
import { paths } from "@/blocks/paths";
import { fit } from "@/lib/match";

/** One line of the palette. */
export type Item = { id: string; label: string; group: string; note?: string; keys?: string; words?: string; run: () => void };

const MOST = 40;
const MOST_OF_A_GROUP = 8;

type Things = { scripts: Script[]; images: Image[]; schedules: Schedule[] };
type Deeds = { go: (to: string) => void; run: (script: Script) => void };

/** Every script and image, the schedules that the server has found, and the run of each script that can be run. */
export function thingsAsItems({ scripts, images, schedules }: Things, { go, run }: Deeds): Item[] {
  return [
    ...scripts.map((one) => item("Scripts", `script ${one.id}`, one.name, `on ${one.image.name}`, () => go(paths.script(one.id)))),
    ...images.map((one) => item("Images", `image ${one.id}`, one.name, one.status, () => go(paths.image(one.id)))),
    ...schedules.map((one) =>
      item("Schedules", `schedule ${one.id}`, one.script.name, [one.name, one.words].filter(Boolean).join(" · "), () => go(paths.schedule(one.id))),
    ),
    ...scripts
      .filter((one) => one.image.usable)
      .map((one) => item("Run", `run ${one.id}`, `Run ${one.name}`, "now, as it is saved", () => run(one))),
  ];
}

function item(group: string, id: string, label: string, note: string, run: () => void): Item {
  return { id, group, label, note, run };
}

/** `12` and `#12` lead to that job, whether there is one or not: its page says so. */
export function jobItem(typed: string, go: (to: string) => void): Item[] {
  const number = /^\s*#?([1-9]\d{0,14})\s*$/.exec(typed)?.[1];
  return number ? [item("Jobs", `job ${number}`, `Job #${number}`, "by its number", () => go(paths.job(Number(number))))] : [];
}

/** What fits, the best of each group first; the groups in the order in which their best ones fit. */
export function found(typed: string, items: Item[]): Item[] {
  const fitting = items
    .map((one) => ({ one, points: Math.max(fit(typed, one.label), fit(typed, `${one.label} ${one.note ?? ""} ${one.words ?? ""}`) / 2) }))
    .filter(({ points }) => points > 0);
  const best = [...fitting].sort((a, b) => b.points - a.points).map(({ one }) => one);
  return grouped(best)
    .flatMap(([, ones]) => ones.slice(0, MOST_OF_A_GROUP))
    .slice(0, MOST);
}

/** By their groups, which keep the order in which they first come. */
export function grouped<T extends { group: string }>(items: T[]): [group: string, items: T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of items) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups];
}
