import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { show } from "@/testing/fakes";
import { Chart } from "./chart";
import { columnsOf, rowsOf, type ChartSeries } from "./chart-data";

// jsdom cannot draw.
vi.mock("./chart-canvas", () => ({ ChartCanvas: () => null }));

const series: ChartSeries[] = [
  { label: "succeeded", tone: "good", values: [3, 0, null] },
  { label: "failed", tone: "bad", values: [1, 0, 2] },
];

test("stacked, each series stands upon those before it, and what is unknown is nothing", () => {
  expect(columnsOf([10, 20, 30], series, true)).toEqual([[10, 20, 30], [3, 0, 0], [4, 0, 2]]);
});

test("unstacked, a gap stays a gap", () => {
  expect(columnsOf([10, 20, 30], series, false)).toEqual([[10, 20, 30], [3, 0, null], [1, 0, 2]]);
});

test("the table begins with the newest and leaves out moments at which nothing was", () => {
  expect(rowsOf([10, 20, 30], series, (value) => `${value} jobs`)).toEqual([
    { at: 30, words: ["–", "2 jobs"] },
    { at: 10, words: ["3 jobs", "1 jobs"] },
  ]);
});

test("a chart has its numbers as a table, and axe finds nothing", async () => {
  show(<Chart label="Jobs per hour" kind="bars" times={[10, 20, 30]} series={series} format={String} formatTime={(at) => `at ${at}`} />);
  await userEvent.click(screen.getByText("Jobs per hour: as a table"));
  expect(screen.getByRole("row", { name: "at 10 3 1" })).toBeVisible();
  expect(await violations()).toEqual([]);
});
