import { fireEvent, render, screen } from "@testing-library/react";
import { createMemoryRouter, RouterProvider, useSearchParams } from "react-router";
import { expect, test } from "vitest";
import { useAskedSearch } from "./use-asked-search";

function Fields() {
  const [search, setSearch] = useSearchParams();
  const asked = useAskedSearch();
  const put = (name: string) => setSearch({ ...Object.fromEntries(asked), [name]: "1" });
  return (
    <>
      <button onClick={() => put("a")}>a</button>
      <button onClick={() => put("b")}>b</button>
      <output>{`at ${search}, asked ${asked}`}</output>
    </>
  );
}

test("what is chosen while another choice is on its way does not take that back", async () => {
  let answer: (() => void)[] = [];
  const loader = ({ request }: { request: Request }) =>
    request.url.includes("?") ? new Promise<null>((done) => answer.push(() => done(null))) : null;
  const routes = [{ path: "/jobs", loader, Component: Fields, HydrateFallback: () => null }];
  render(<RouterProvider router={createMemoryRouter(routes, { initialEntries: ["/below/jobs"], basename: "/below" })} />);
  fireEvent.click(await screen.findByRole("button", { name: "a" }));
  await screen.findByText("at , asked a=1");
  fireEvent.click(screen.getByRole("button", { name: "b" }));
  await screen.findByText("at , asked a=1&b=1");
  for (const give of answer) give();
  answer = [];
  await screen.findByText("at a=1&b=1, asked a=1&b=1");
  expect(answer).toEqual([]);
});
