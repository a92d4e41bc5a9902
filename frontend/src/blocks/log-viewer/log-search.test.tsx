import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { violations } from "@/testing/axe";
import { fakeServer, show } from "@/testing/fakes";
import { LogHits } from "./log-hits";
import { LogSearch } from "./log-search";
import { useSearching } from "./use-searching";

afterEach(() => vi.unstubAllGlobals());

const hit = (offset: number, text: string) => ({ offset, text, before: [`before ${text}`], after: [] });
const JOB = { kind: "job", id: 7 } as const;
const field = () => screen.getByRole("textbox", { name: "Search the log" });

/** The field and the list as a log has them. */
function Search({ onJump }: { onJump: (offset: number) => void }) {
  const searching = useSearching(JOB, onJump);
  const { hits, wish } = searching.found;
  return (
    <>
      <LogSearch searching={searching} label="Log of job 7" />
      {wish && hits.length > 0 && <LogHits hits={hits} wish={wish} current={searching.current} onPick={searching.pick} />}
    </>
  );
}

function open(answer: (url: URL) => object) {
  const seen = fakeServer((request) => ({ body: answer(new URL(request.url)) }));
  const onJump = vi.fn<(offset: number) => void>();
  show(<Search onJump={onJump} />);
  return { seen, onJump, user: userEvent.setup() };
}

test("Enter searches and leads from hit to hit, with Shift back again", async () => {
  const { seen, onJump, user } = open(() => ({ hits: [hit(10, "red one"), hit(90, "red two")], end: 100, size: 100, finished: true }));
  await user.type(field(), "red{Enter}");
  await waitFor(() => expect(onJump).toHaveBeenLastCalledWith(10));
  expect(seen).toHaveLength(1);
  const asked = new URL(seen[0]?.url ?? "");
  expect(asked.pathname).toBe("/api/jobs/7/log/search");
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({ q: "red", case: "false", from: "0" });
  expect(screen.getByRole("status")).toHaveTextContent("1 of 2");
  await user.keyboard("{Enter}");
  expect(onJump).toHaveBeenLastCalledWith(90);
  await user.keyboard("{Enter}");
  expect(onJump).toHaveBeenLastCalledWith(10);
  await user.keyboard("{Shift>}{Enter}{/Shift}");
  expect(onJump).toHaveBeenLastCalledWith(90);
  expect(screen.getByRole("button", { name: /red two/, current: true })).toBeInTheDocument();
  expect(seen).toHaveLength(1);
});

test("a hit is shown with its neighbours and can be picked", async () => {
  const { onJump, user } = open(() => ({ hits: [hit(10, "one"), hit(90, "<b>one</b>")], end: 100, size: 100, finished: true }));
  await user.type(field(), "one{Enter}");
  const second = await screen.findByRole("button", { name: /before <b>one/ });
  await user.click(second);
  expect(onJump).toHaveBeenLastCalledWith(90);
  expect(second).toHaveAttribute("aria-current", "true");
});

test("a large log is searched part by part until something is found", async () => {
  const { seen, onJump, user } = open((url) => {
    const from = Number(url.searchParams.get("from"));
    return { hits: from === 200 ? [hit(250, "here")] : [], end: from + 100, size: 300, finished: true };
  });
  await user.type(field(), "here{Enter}");
  await waitFor(() => expect(onJump).toHaveBeenCalledWith(250));
  expect(seen.map((request) => new URL(request.url).searchParams.get("from"))).toEqual(["0", "100", "200"]);
});

test("the unfinished last line of a log that grows is not waited for", async () => {
  const { seen, user } = open(() => ({ hits: [], end: 90, size: 100, finished: false }));
  await user.type(field(), "x{Enter}");
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Not found."));
  expect(seen.length).toBeLessThanOrEqual(2);
});

test("past the last hit of a page the next page is fetched", async () => {
  const { onJump, user } = open((url) => {
    const from = Number(url.searchParams.get("from"));
    const hits = from === 0 ? Array.from({ length: 50 }, (_, index) => hit(index, `a ${index}`)) : [hit(700, "a last")];
    return { hits, end: from === 0 ? 500 : 1000, size: 1000, finished: true };
  });
  await user.type(field(), "a{Enter}");
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("1 of 50 or more"));
  await user.click(screen.getByRole("button", { name: /a 49/ }));
  await user.click(field());
  await user.keyboard("{Enter}");
  await waitFor(() => expect(onJump).toHaveBeenLastCalledWith(700));
  expect(screen.getByRole("status")).toHaveTextContent("51 of 51");
});

test("the first error is looked for part by part", async () => {
  const { onJump, user } = open((url) =>
    url.searchParams.get("from") === "0"
      ? { offset: null, text: null, end: 100, size: 300, finished: true }
      : { offset: 150, text: "ValueError", end: 170, size: 300, finished: true },
  );
  await user.click(screen.getByRole("button", { name: "First error" }));
  await waitFor(() => expect(onJump).toHaveBeenCalledWith(150));
});

test("a log without errors says so", async () => {
  const { onJump, user } = open(() => ({ offset: null, text: null, end: 300, size: 300, finished: true }));
  await user.click(screen.getByRole("button", { name: "First error" }));
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("No line tells of an error."));
  expect(onJump).not.toHaveBeenCalled();
});

test("Escape gives the search up", async () => {
  const { user } = open(() => ({ hits: [hit(10, "one")], end: 100, size: 100, finished: true }));
  await user.type(field(), "one{Enter}");
  await screen.findByRole("list", { name: "Lines found" });
  await user.type(field(), "{Escape}");
  expect(field()).toHaveValue("");
  expect(screen.queryByRole("list")).not.toBeInTheDocument();
});

test("axe finds nothing in field and hits", async () => {
  const { user } = open(() => ({ hits: [hit(10, "one"), hit(20, "one two")], end: 100, size: 100, finished: true }));
  await user.type(field(), "one{Enter}");
  await screen.findByRole("list", { name: "Lines found" });
  expect(await violations()).toEqual([]);
});
