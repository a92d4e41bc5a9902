import { expect, test } from "vitest";
import { ApiError } from "@/api/client";
import { wordsOf } from "./error-page";

test.each([
  [new ApiError(500, { detail: "It broke." }), true, "Something went wrong", "It broke."],
  [new ApiError(0, { detail: "No answer." }), true, "The server does not answer", "No answer."],
  [new ApiError(503, { detail: "The database does not answer." }), true, "The server does not answer", "The database does not answer."],
  ["thrown", true, "Something went wrong", "This page could not be shown."],
  [new ApiError(0, {}), false, "You are offline", "The page is not here yet, and there is no network to fetch it by."],
])("%o, online: %s, is %j", (error, online, title, what) => {
  expect(wordsOf(error, online)).toMatchObject({ title, what });
});
