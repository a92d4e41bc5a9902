/** The drawing of a chart: uPlot in an effect of its own. Only `Chart` loads it, for it is a part of its own. */
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useEffectEvent, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { ChartProps } from "./chart";
import { columnsOf } from "./chart-data";
import type { Tone } from "./pill";

type Props = ChartProps & { height: number; onOver: (index: number | null) => void };

export function ChartCanvas(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { times, series, kind, span, height } = props;
  const tell = useEffectEvent((index: number | null) => props.onOver(index));
  const words = useEffectEvent((value: number) => props.format(value));
  const step = useEffectEvent(() => (times[1] ?? 0) - (times[0] ?? 0));
  // Only what changes how it is drawn makes a new one; new numbers are handed to the old one.
  const look = series.map((one) => one.label + one.tone).join();

  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const place = host.current as HTMLDivElement;
    const drawn = new uPlot(
      options({ series, kind, height, width: place.clientWidth, colour: (name) => colourOf(place, name), tell, words, step }),
      [[]],
      place,
    );
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: place.clientWidth, height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      drawn.destroy();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [look, kind, height, scheme]);

  useEffect(() => {
    const drawn = plot.current;
    if (!drawn) return;
    const columns = columnsOf(times, series, kind === "bars");
    // The tallest of a stack is drawn first, so that the others stand before it.
    drawn.setData((kind === "bars" ? [columns[0], ...columns.slice(1).reverse()] : columns) as uPlot.AlignedData);
    if (span) drawn.setScale("x", { min: span[0], max: span[1] });
  }, [times, series, kind, span, look, height, scheme]);

  return <div ref={host} />;
}

/** Canvas understands no custom properties, nor `light-dark()`: the browser is asked what they come to. */
function colourOf(place: HTMLElement, name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

type Look = Pick<ChartProps, "series" | "kind"> & {
  height: number;
  width: number;
  colour: (name: string) => string;
  tell: (index: number | null) => void;
  words: (value: number) => string;
  /** Seconds from one moment to the next. */
  step: () => number;
};

function options({ series, kind, height, width, colour, tell, words, step }: Look): uPlot.Options {
  const bars = kind === "bars";
  const axis = { stroke: colour("--mantine-color-dimmed"), font: "11px system-ui, sans-serif", ticks: { show: false } };
  const grid = { stroke: colour("--sc-line"), width: 1 };
  const drawn = series.map(({ label, tone }) => seriesOf(label, tone, bars, colour));
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: !bars } },
    // A bar stands around its moment: the first and the last one need half of their width more.
    scales: { x: { range: (_, min, max) => (bars ? [min - step() / 2, max + step() / 2] : [min, max]) }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, values: clock },
      { ...axis, grid, size: (plot, labels) => widest(plot, labels), values: (_, splits) => splits.map((one) => words(one)) },
    ],
    series: [{}, ...(bars ? drawn.reverse() : drawn)],
    hooks: { setCursor: [(plot) => tell(plot.cursor.left !== undefined && plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null)] },
  };
}

function seriesOf(label: string, tone: Tone, bars: boolean, colour: (name: string) => string): uPlot.Series {
  const ink = colour(`--sc-${tone}`);
  const paths = bars ? uPlot.paths.bars?.({ size: [0.75, 40] }) : undefined;
  return bars ? { label, fill: ink, width: 0, paths, points: { show: false } } : { label, stroke: ink, width: 1.75, spanGaps: true, points: { size: 4, fill: ink } };
}

// Without AM and PM, for which there is no room.
const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DAY_S = 24 * 3600;

/** Hours while the marks are hours apart, and the day where one begins. */
function clock(_: uPlot, splits: number[], __: number, ___: number, step: number): string[] {
  return splits.map((at) => {
    const date = new Date(at * 1000);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0;
    return step >= DAY_S || midnight ? days.format(date) : hours.format(date);
  });
}

/** As much room as the widest word at the side takes. */
function widest(plot: uPlot, labels: string[] | null): number {
  const longest = (labels ?? []).reduce((a, b) => (b.length > a.length ? b : a), "");
  plot.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  return Math.ceil(plot.ctx.measureText(longest).width / devicePixelRatio) + 14;
}
