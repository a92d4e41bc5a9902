import { expect, test } from "vitest";
import { job } from "@/testing/things";
import { withJob } from "./live";

test("a change lands on its job, on whatever page it is", () => {
  const queued = (id: number) => job({ id, status: "queued" });
  const pages = { pages: [{ items: [queued(3)] }, { items: [queued(2), queued(1)] }], pageParams: [null, 3] };
  const after = withJob(pages, job({ id: 1, status: "running" }));
  expect(after.pages.map((page) => page.items.map((one) => one.status))).toEqual([["queued"], ["queued", "running"]]);
});
