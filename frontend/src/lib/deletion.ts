/** What is deleted here: a page that shows it stands for a moment yet, and is not to ask for it once more. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** The `mutationKey` of the deed. `kind` begins the keys of the queries about it: "images". */
export const deletion = (kind: string, id: number) => ["delete", kind, id] as const;

/** Whether a query is about one thing, [kind, what of it, id], that goes or has gone. Lists are not. */
export function isDeleted(cache: QueryClient, [kind, what, id]: QueryKey): boolean {
  if (what === "list") return false;
  const deeds = cache.getMutationCache().findAll({ mutationKey: ["delete", kind, id] });
  return deeds.some(({ state }) => state.status !== "error");
}
