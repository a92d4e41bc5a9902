import { expect, test, vi } from "vitest";
import { image, script } from "@/testing/things";
import { found, grouped, jobItem, thingsAsItems } from "./palette-items";

const deeds = { go: vi.fn(), run: vi.fn() };
const things = thingsAsItems(
  { scripts: [script(), script({ id: 4, name: "report-mailer", image: { ...script().image, usable: false } })], images: [image()], schedules: [] },
  deeds,
);

test("a script is found by its name, and can be run from there if its image can", () => {
  expect(found("report", things).map((one) => one.label)).toEqual(["report-mailer", "nightly-report", "Run nightly-report"]);
  found("run report", things)[0]?.run();
  expect(deeds.run).toHaveBeenCalledWith(script());
});

test("a thing leads to its page", () => {
  found("data-tools", things.filter((one) => one.group === "Images"))[0]?.run();
  expect(deeds.go).toHaveBeenCalledWith("/images/1");
});

test.each(["12", "#12", " 12 "])("%j leads to job 12", (typed) => {
  const [item] = jobItem(typed, deeds.go);
  item?.run();
  expect(deeds.go).toHaveBeenLastCalledWith("/jobs/12");
});

test.each(["0", "12a", "report", ""])("%j is no job's number", (typed) => {
  expect(jobItem(typed, deeds.go)).toEqual([]);
});

test("groups keep the order in which they first come", () => {
  const named = (group: string, id: string) => ({ group, id });
  expect(grouped([named("b", "1"), named("a", "2"), named("b", "3")])).toEqual([
    ["b", [named("b", "1"), named("b", "3")]],
    ["a", [named("a", "2")]],
  ]);
});
