import { expect, test } from "vitest";
import type { Job } from "@/api/types";
import { withJob } from "./live";
import { reasonOf } from "./words";

const job = (change: Partial<Job>) => ({ id: 1, status: "queued", reason: null, queue_position: null, ...change }) as Job;

test("a change lands on its job, on whatever page it is", () => {
  const pages = { pages: [{ items: [job({ id: 3 })] }, { items: [job({ id: 2 }), job({ id: 1 })] }], pageParams: [null, 3] };
  const after = withJob(pages, job({ id: 1, status: "running" }));
  expect(after.pages.map((page) => page.items.map((one) => one.status))).toEqual([["queued"], ["queued", "running"]]);
});

test("the server's reason comes first; without one the state is said in a sentence", () => {
  expect(reasonOf(job({ status: "failed", reason: "timed out after 60 s" }))).toBe("timed out after 60 s");
  expect(reasonOf(job({ queue_position: 2 }))).toContain("number 2 in the queue");
  expect(reasonOf(job({ status: "failed", exit_code: 3 }))).toContain("exit code 3");
});
