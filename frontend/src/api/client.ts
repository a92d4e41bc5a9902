/** The one way to the server: paths and bodies checked against the OpenAPI document, every refusal an ApiError. */
import createClient, { type Middleware } from "openapi-fetch";
import { BASE } from "@/lib/base";
import type { components, paths } from "./schema";

type Problem = Partial<components["schemas"]["Problem"]>;
export type FieldError = components["schemas"]["ProblemField"];

/** A refusal of the server, as it said it; `code` and `errors` are for programs, `message` is for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly requestId: string | null;
  /** Seconds after which trying again makes sense, where the server knows. */
  readonly retryAfterS: number | null;

  constructor(status: number, problem: Problem, retryAfterS: number | null = null) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "internal";
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? null;
    this.retryAfterS = retryAfterS;
  }
}

let csrfToken: string | null = null;

/** Every session answer carries the token that later changes must show. */
export function rememberCsrf(token: string | null): void {
  csrfToken = token;
}

const border: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrfToken) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ApiError(response.status, await problemOf(response), retryAfter(response));
  },
  onError() {
    const detail = "The server does not answer. Check the connection and try again.";
    return new ApiError(0, { code: "unreachable", detail });
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin + BASE,
  credentials: "same-origin",
  // Looked up at each call: whoever replaces the global one, a test above all, means these calls too.
  fetch: (request) => globalThis.fetch(request),
});
api.use(border);

/** What the server answered. A refusal never gets here: it is thrown as an ApiError. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

function retryAfter(response: Response): number | null {
  const given = response.headers.get("Retry-After");
  // As a date it would come from a proxy in between, and be of little use without its clock.
  return given !== null && /^\d+$/.test(given) ? Number(given) : null;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { detail: `The server answered ${response.status} without saying why.` };
  }
}
