/** The one cache of server state, and what happens when the server says "who are you?". */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/client";
import { accessKeys } from "@/features/access/api";

function onError(error: Error): void {
  // The session ended elsewhere: forget it, and the frame sends the reader to the login page.
  if (error instanceof ApiError && error.status === 401) void queryClient.invalidateQueries({ queryKey: accessKeys.session });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // Trying again helps when the server was away, never when it refused.
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
    },
  },
});
