/** The one way to the server: JSON in, JSON out, every refusal an ApiError. */

export type FieldError = { field: string; message: string };

/** A refusal of the server, as it said it; `code` and `errors` are for programs, `message` is for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly requestId: string | null;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "internal";
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? null;
  }
}

type Problem = { title?: string; detail?: string; code?: string; request_id?: string; errors?: FieldError[] };
type Query = Record<string, string | number | null | undefined>;
type Options = { query?: Query; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal };

let csrfToken: string | null = null;

/** Every session answer carries the token that later changes must show. */
export function rememberCsrf(token: string | null): void {
  csrfToken = token;
}

/** `/api/jobs` and `{before: 7, status: ""}` -> `/api/jobs?before=7`; empty values are left out. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  return search.size ? `${path}?${search}` : path;
}

async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const answer = await reach(address(path, options.query), {
    method,
    headers: headersFor(method, options),
    body: bodyOf(options.body),
    signal: options.signal,
    credentials: "same-origin",
  });
  if (!answer.ok) throw new ApiError(answer.status, await problemOf(answer));
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, { code: "unreachable", detail: "The server does not answer. Check the connection and try again." });
  }
}

function headersFor(method: string, options: Options): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method !== "GET" && csrfToken) headers["X-CSRF-Token"] = csrfToken;
  // A form writes its own content type, with the boundary in it.
  if (options.body !== undefined && !(options.body instanceof FormData)) headers["Content-Type"] = "application/json";
  return headers;
}

function bodyOf(body: unknown): BodyInit | undefined {
  if (body === undefined || body instanceof FormData) return body;
  return JSON.stringify(body);
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return { detail: `The server answered ${answer.status} without saying why.` };
  }
}

export const http = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => request<T>("GET", path, { query, signal }),
  post: <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
    request<T>("POST", path, { body: body ?? {}, headers }),
  put: <T>(path: string, body: unknown) => request<T>("PUT", path, { body }),
  patch: <T>(path: string, body: unknown) => request<T>("PATCH", path, { body }),
  delete: <T = void>(path: string) => request<T>("DELETE", path),
};
