/** The nearest of the sixteen colours that a log has, for the many that a terminal knows: those are legible on both grounds. Pure. */

const STEPS = [0, 95, 135, 175, 215, 255];
const HUES = ["red", "yellow", "green", "cyan", "blue", "magenta"];

type Rgb = [red: number, green: number, blue: number];

/** `ansi-red` for `ansi-palette-160`, or for `ansi-truecolor` and `200, 10, 20`; what has a name already keeps it. */
export function named(colour: string, truecolour: string | null): string {
  const number = Number(/^ansi-palette-(\d+)$/.exec(colour)?.[1] ?? NaN);
  if (!Number.isNaN(number)) return nearest(fromPalette(number));
  if (colour !== "ansi-truecolor" || !truecolour) return colour;
  return nearest(truecolour.split(",").map(Number) as Rgb);
}

function fromPalette(number: number): Rgb {
  if (number >= 232) {
    const grey = 8 + 10 * (number - 232);
    return [grey, grey, grey];
  }
  const place = Math.max(0, number - 16);
  const step = (index: number) => STEPS[index % 6] as number;
  return [step(Math.floor(place / 36)), step(Math.floor(place / 6)), step(place)];
}

function nearest([red, green, blue]: Rgb): string {
  const most = Math.max(red, green, blue);
  const span = most - Math.min(red, green, blue);
  if (span < 48) return most < 64 ? "ansi-black" : most < 160 ? "ansi-bright-black" : "ansi-white";
  const side = most === red ? (green - blue) / span : most === green ? 2 + (blue - red) / span : 4 + (red - green) / span;
  const hue = HUES[Math.round((side + 6) % 6) % 6] as string;
  return most > 220 && span < 160 ? `ansi-bright-${hue}` : `ansi-${hue}`;
}
