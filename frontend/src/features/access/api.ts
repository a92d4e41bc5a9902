/** Who is here: session, tokens, password. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, rememberCsrf } from "@/api/client";
import type { Session } from "@/api/types";

export const accessKeys = { session: ["session"] as const, tokens: ["tokens"] as const };

export const sessionQuery = queryOptions({
  queryKey: accessKeys.session,
  queryFn: async () => remember(await answer(api.GET("/api/session"))),
  staleTime: 60_000,
});

export const tokensQuery = queryOptions({
  queryKey: accessKeys.tokens,
  queryFn: () => answer(api.GET("/api/tokens")),
});

function remember(session: Session): Session {
  rememberCsrf(session.csrf);
  return session;
}

/** A new session begins with an empty cache: what an earlier person saw is not this one's to see. */
function useEnter<Body>(enter: (body: Body) => Promise<Session>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: enter,
    onSuccess: (session) => {
      cache.clear();
      cache.setQueryData(accessKeys.session, remember(session));
    },
  });
}

type SetupBody = { code: string; name: string; password: string };
export const useSetup = () => useEnter((body: SetupBody) => answer(api.POST("/api/setup", { body })));

type LoginBody = { name: string; password: string };
export const useLogin = () => useEnter((body: LoginBody) => answer(api.POST("/api/session", { body })));

export function useLogout() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.DELETE("/api/session")),
    onSuccess: () => {
      rememberCsrf(null);
      cache.clear();
    },
  });
}

export function useChangePassword() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { old: string; new: string }) => answer(api.POST("/api/session/password", { body })),
    // The server may have given the session a new token along with the new password.
    onSuccess: () => cache.invalidateQueries({ queryKey: accessKeys.session }),
  });
}

export function useCreateToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; expires_in_days: number | null }) => answer(api.POST("/api/tokens", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: accessKeys.tokens }),
  });
}

export function useRevokeToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => answer(api.DELETE("/api/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: accessKeys.tokens }),
  });
}
