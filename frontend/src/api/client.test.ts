import { afterEach, expect, test, vi } from "vitest";
import { fakeServer } from "@/testing/fakes";
import { answer, api, ApiError, rememberCsrf } from "./client";

afterEach(() => {
  rememberCsrf(null);
  vi.unstubAllGlobals();
});

const refusal = async (): Promise<ApiError> => {
  const caught: unknown = await answer(api.GET("/api/images")).catch((error: unknown) => error);
  if (!(caught instanceof ApiError)) throw new Error("It was not refused.");
  return caught;
};

test("an answer is its body", async () => {
  fakeServer(() => ({ body: { items: [], next: null } }));
  expect(await answer(api.GET("/api/images"))).toEqual({ items: [], next: null });
});

test("a refusal keeps its status, code, fields and request id", async () => {
  const errors = [{ field: "name", message: "This name is already used." }];
  fakeServer(() => ({ status: 422, body: { status: 422, code: "bad_input", detail: "Look at the name.", request_id: "r1", errors } }));
  expect(await refusal()).toMatchObject({ status: 422, code: "bad_input", message: "Look at the name.", requestId: "r1", errors });
});

test.each([
  ["12", 12],
  ["Sun, 22 Nov 2026 05:00:00 GMT", null],
])("Retry-After %s is %s seconds", async (given, seconds) => {
  fakeServer(() => ({ status: 429, body: { status: 429, code: "too_many", detail: "Later." }, headers: { "Retry-After": given } }));
  expect((await refusal()).retryAfterS).toBe(seconds);
});

test("an answer that is no problem document is still said in words", async () => {
  fakeServer(() => ({ status: 502 }));
  expect(await refusal()).toMatchObject({ status: 502, message: "The server answered 502 without saying why." });
});

test("a server that does not answer is said in words", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  expect(await refusal()).toMatchObject({ status: 0, code: "unreachable" });
});

test("changes show the session's token, reading does not", async () => {
  rememberCsrf("token-1");
  const seen = fakeServer(() => ({ body: {} }));
  await api.GET("/api/images");
  await api.DELETE("/api/session");
  expect(seen.map((request) => request.headers.get("X-CSRF-Token"))).toEqual([null, "token-1"]);
});
