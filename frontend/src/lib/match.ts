/** Whether and how well a thing fits what somebody typed. Pure; used by the palette. */

const START_OF_ALL = 4;
const START_OF_WORD = 2;
const INSIDE = 1;

/** 0: it does not fit. Every word that was typed must be found; the beginning of a name counts most. */
export function fit(typed: string, text: string): number {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const within = text.toLowerCase();
  const points = wanted.map((word) => pointsOf(word, within));
  return points.includes(0) ? 0 : points.reduce((sum, one) => sum + one, wanted.length === 0 ? 1 : 0);
}

function pointsOf(word: string, within: string): number {
  const at = within.indexOf(word);
  if (at < 0) return 0;
  if (at === 0) return START_OF_ALL;
  const starts = [" ", "-", "_", ".", "/", "#", "("].some((gap) => within.includes(gap + word));
  return starts ? START_OF_WORD : INSIDE;
}
