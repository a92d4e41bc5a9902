/** What a chart draws and what its table says, from the same numbers. Pure; used by `Chart`. */
import type { Tone } from "./pill";

export type ChartSeries = {
  label: string;
  /** The colour, by what it means. */
  tone: Tone;
  /** One for each moment; null where nothing is known: a gap in the line. */
  values: (number | null)[];
};

/** The first column holds the moments; stacked, each further one stands upon those before it. */
export type Columns = [number[], ...(number | null)[][]];

export function columnsOf(times: number[], series: ChartSeries[], stacked: boolean): Columns {
  const values = series.map((one) => one.values);
  return [times, ...(stacked ? sums(values) : values)];
}

function sums(values: (number | null)[][]): number[][] {
  const below: number[] = values[0]?.map(() => 0) ?? [];
  return values.map((column) => column.map((value, index) => (below[index] = (below[index] ?? 0) + (value ?? 0))));
}

export type ChartRow = { at: number; words: string[] };

/** The table's rows, newest first; moments at which every value is nothing are left out, for nobody wants to hear them. */
export function rowsOf(times: number[], series: ChartSeries[], format: (value: number) => string): ChartRow[] {
  const rows = times.flatMap((at, index) => {
    const values = series.map((one) => one.values[index] ?? null);
    return values.some(Boolean) ? [{ at, words: values.map((value) => (value === null ? "–" : format(value))) }] : [];
  });
  return rows.reverse();
}
