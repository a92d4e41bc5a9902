/** How Scripter itself is doing. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: () => answer(api.GET("/api/system")),
  staleTime: 10_000,
  refetchInterval: 30_000,
});
