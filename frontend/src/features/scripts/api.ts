/** Scripts, their files and versions, and starting them. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Network, NewFile, Retries, ScriptLimits } from "@/api/types";
import { deletion } from "@/lib/deletion";
import { randomKey } from "@/lib/random-key";

export const scriptKeys = {
  all: ["scripts"] as const,
  list: ["scripts", "list"] as const,
  one: (id: number) => ["scripts", "one", id] as const,
  files: (id: number) => ["scripts", "files", id] as const,
  versions: (id: number) => ["scripts", "versions", id] as const,
  version: (id: number, number: number) => ["scripts", "version", id, number] as const,
};

const byId = (id: number) => ({ params: { path: { script_id: id } } });

export const scriptsQuery = queryOptions({
  queryKey: scriptKeys.list,
  queryFn: () => answer(api.GET("/api/scripts")),
});

export const scriptQuery = (id: number) =>
  queryOptions({ queryKey: scriptKeys.one(id), queryFn: () => answer(api.GET("/api/scripts/{script_id}", byId(id))) });

export const scriptFilesQuery = (id: number) =>
  queryOptions({
    queryKey: scriptKeys.files(id),
    queryFn: () => answer(api.GET("/api/scripts/{script_id}/files", byId(id))),
    // The editor holds a draft of these: they change under it only when it asks.
    staleTime: Infinity,
  });

/** Newest first, older ones page by page; with `drafts`, also what was only tried. */
export const versionsQuery = (id: number, drafts = false) =>
  infiniteQueryOptions({
    queryKey: [...scriptKeys.versions(id), { drafts }] as const,
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/scripts/{script_id}/versions", {
          params: { path: { script_id: id }, query: { before: pageParam, drafts } },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const versionQuery = (id: number, number: number) =>
  queryOptions({
    queryKey: scriptKeys.version(id, number),
    queryFn: () => answer(api.GET("/api/scripts/{script_id}/versions/{number}", { params: { path: { script_id: id, number } } })),
    // A version never changes.
    staleTime: Infinity,
  });

/** The newest version, for a merge with what began with `base`: asked for once, so that it stays the same while one decides. */
export const newestQuery = (id: number, base: number) =>
  queryOptions({
    queryKey: ["merging", id, base] as const,
    queryFn: async () => {
      const { version } = await answer(api.GET("/api/scripts/{script_id}", byId(id)));
      return answer(api.GET("/api/scripts/{script_id}/versions/{number}", { params: { path: { script_id: id, number: version.number } } }));
    },
    staleTime: Infinity,
    gcTime: 0,
  });

type NewScript = { name: string; description: string; image_id: number; files: NewFile[] };

export function useCreateScript() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: NewScript) => answer(api.POST("/api/scripts", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: scriptKeys.list }),
  });
}

type ScriptChange = {
  name?: string;
  description?: string;
  image_id?: number;
  limits?: Partial<ScriptLimits>;
  network?: Network;
  environment?: Record<string, string>;
  retries?: Partial<Retries>;
  deadline_s?: number | null;
  priority?: number;
  max_running?: number | null;
  max_queued?: number | null;
};

export function useChangeScript(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ScriptChange) => answer(api.PATCH("/api/scripts/{script_id}", { ...byId(id), body })),
    onSuccess: (script) => {
      cache.setQueryData(scriptKeys.one(id), script);
      void cache.invalidateQueries({ queryKey: scriptKeys.list });
    },
  });
}

export function useSaveVersion(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { files: NewFile[]; message: string; base: number; entry?: string }) =>
      answer(api.POST("/api/scripts/{script_id}/versions", { ...byId(id), body })),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: scriptKeys.one(id) });
      void cache.invalidateQueries({ queryKey: scriptKeys.versions(id) });
      // Marked as old, not fetched: the editor's draft goes on from what it just saved.
      void cache.invalidateQueries({ queryKey: scriptKeys.files(id), refetchType: "none" });
    },
  });
}

/** A version that can be run, and is not the one that others run. */
export function useSaveDraft(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { files: NewFile[]; base: number }) =>
      answer(api.POST("/api/scripts/{script_id}/versions", { ...byId(id), body: { ...body, draft: true } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: scriptKeys.versions(id) }),
  });
}

export function useRunScript(id: number) {
  return useMutation({
    mutationFn: (body: { version: number; arguments: string[]; priority?: number; override_reason?: string }) =>
      // A request that the network sends twice starts one job. Another click is another job.
      answer(
        api.POST("/api/scripts/{script_id}/jobs", {
          ...byId(id),
          headers: { "Idempotency-Key": randomKey() },
          body,
        }),
      ),
  });
}

export function useDeleteScript(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationKey: deletion("scripts", id),
    mutationFn: () => answer(api.DELETE("/api/scripts/{script_id}", byId(id))),
    onSuccess: () => {
      // Not that of the page which is about to be left: it would be asked for once more.
      cache.removeQueries({ queryKey: scriptKeys.one(id), type: "inactive" });
      void cache.invalidateQueries({ queryKey: scriptKeys.list });
    },
  });
}
