/** How Scripter itself is doing. */
import { queryOptions } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { System } from "@/api/types";

export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: () => http.get<System>("/api/system"),
  staleTime: 10_000,
  refetchInterval: 30_000,
});
