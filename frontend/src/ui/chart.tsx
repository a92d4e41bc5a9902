/** Numbers over time: a drawing (loaded when it first comes into sight), a legend, and the same numbers as a table. */
import { Skeleton, Table, Text } from "@mantine/core";
import { useInViewport } from "@mantine/hooks";
import { lazy, Suspense, useState, type ReactNode } from "react";
import classes from "./chart.module.css";
import { rowsOf, type ChartSeries } from "./chart-data";

const Canvas = lazy(() => import("./chart-canvas").then((module) => ({ default: module.ChartCanvas })));

export type ChartProps = {
  /** What it shows, for those who do not see it, too: "Jobs per hour". */
  label: string;
  /** Seconds since 1970, rising. */
  times: number[];
  series: ChartSeries[];
  kind: "bars" | "line";
  /** A value in words: `3 min 20 s`. */
  format: (value: number) => string;
  /** A moment in words. It names the rows of the table and what the pointer is over. */
  formatTime: (at: number) => string;
  height?: number;
  /** Where both ends of the time are given, an empty end is drawn too. */
  span?: [from: number, to: number];
};

/** Bars are stacked on each other; lines are not. */
export function Chart(props: ChartProps) {
  const { label, series, height = 180 } = props;
  const [over, setOver] = useState<number | null>(null);
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const [seen, setSeen] = useState(false);
  if (inViewport && !seen) setSeen(true);
  return (
    <figure className={classes.figure} aria-label={label}>
      <Legend {...props} over={over} />
      <div ref={ref} style={{ height }} aria-hidden>
        {seen && (
          <Suspense fallback={<Skeleton height={height} />}>
            <Canvas {...props} height={height} onOver={setOver} />
          </Suspense>
        )}
      </div>
      {series.length > 0 && <Numbers {...props} />}
    </figure>
  );
}

/** The names of the series, with their values where the pointer is. */
function Legend({ times, series, format, formatTime, over }: ChartProps & { over: number | null }) {
  const at = over === null ? undefined : times[over];
  const value = (one: ChartSeries): ReactNode => {
    const found = over === null ? null : one.values[over];
    return typeof found === "number" ? <b>{format(found)}</b> : null;
  };
  return (
    <div className={classes.legend} aria-hidden>
      {series.map((one) => (
        <span key={one.label} className={classes.mark} data-tone={one.tone}>
          {one.label} {value(one)}
        </span>
      ))}
      <span className={classes.when}>{at !== undefined && formatTime(at)}</span>
    </div>
  );
}

function Numbers({ label, times, series, format, formatTime }: ChartProps) {
  const rows = rowsOf(times, series, format);
  return (
    <details className={classes.numbers}>
      <summary>{label}: as a table</summary>
      {rows.length === 0 ? (
        <Text size="sm">Nothing in this time.</Text>
      ) : (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={`${label}: table`}>
          <Table withRowBorders={false} verticalSpacing={2} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Time</Table.Th>
                {series.map((one) => (
                  <Table.Th key={one.label} scope="col">
                    {one.label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ at, words }) => (
                <Table.Tr key={at}>
                  <Table.Th scope="row" fw={400}>
                    {formatTime(at)}
                  </Table.Th>
                  {words.map((word, index) => (
                    <Table.Td key={series[index]?.label}>{word}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </details>
  );
}
