/** Who is here: session, tokens, password. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { http, rememberCsrf } from "@/api/client";
import type { NewToken, Page, Session, Token } from "@/api/types";

export const accessKeys = { session: ["session"] as const, tokens: ["tokens"] as const };

export const sessionQuery = queryOptions({
  queryKey: accessKeys.session,
  queryFn: async () => remember(await http.get<Session>("/api/session")),
  staleTime: 60_000,
});

export const tokensQuery = queryOptions({
  queryKey: accessKeys.tokens,
  queryFn: () => http.get<Page<Token>>("/api/tokens"),
});

function remember(session: Session): Session {
  rememberCsrf(session.csrf);
  return session;
}

/** A new session begins with an empty cache: what an earlier person saw is not this one's to see. */
function useEnter<Body>(path: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Body) => http.post<Session>(path, body),
    onSuccess: (session) => {
      cache.clear();
      cache.setQueryData(accessKeys.session, remember(session));
    },
  });
}

export const useSetup = () => useEnter<{ code: string; name: string; password: string }>("/api/setup");
export const useLogin = () => useEnter<{ name: string; password: string }>("/api/session");

export function useLogout() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => http.delete("/api/session"),
    onSuccess: () => {
      rememberCsrf(null);
      cache.clear();
    },
  });
}

export function useChangePassword() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { old: string; new: string }) => http.post<void>("/api/session/password", body),
    // The server may have given the session a new token along with the new password.
    onSuccess: () => cache.invalidateQueries({ queryKey: accessKeys.session }),
  });
}

export function useCreateToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; expires_in_days: number | null }) => http.post<NewToken>("/api/tokens", body),
    onSuccess: () => cache.invalidateQueries({ queryKey: accessKeys.tokens }),
  });
}

export function useRevokeToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => http.delete(`/api/tokens/${id}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: accessKeys.tokens }),
  });
}
