/** Scripts, their files and versions, and starting them. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { Job, Limits, Network, NewFile, Page, Script, ScriptFiles, Version, VersionWithFiles } from "@/api/types";

export const scriptKeys = {
  all: ["scripts"] as const,
  list: ["scripts", "list"] as const,
  one: (id: number) => ["scripts", "one", id] as const,
  files: (id: number) => ["scripts", "files", id] as const,
  versions: (id: number) => ["scripts", "versions", id] as const,
  version: (id: number, number: number) => ["scripts", "version", id, number] as const,
};

export const scriptsQuery = queryOptions({
  queryKey: scriptKeys.list,
  queryFn: () => http.get<Page<Script>>("/api/scripts"),
});

export const scriptQuery = (id: number) =>
  queryOptions({ queryKey: scriptKeys.one(id), queryFn: () => http.get<Script>(`/api/scripts/${id}`) });

export const scriptFilesQuery = (id: number) =>
  queryOptions({
    queryKey: scriptKeys.files(id),
    queryFn: () => http.get<ScriptFiles>(`/api/scripts/${id}/files`),
    // The editor holds a draft of these: they change under it only when it asks.
    staleTime: Infinity,
  });

export const versionsQuery = (id: number) =>
  queryOptions({ queryKey: scriptKeys.versions(id), queryFn: () => http.get<Page<Version>>(`/api/scripts/${id}/versions`) });

export const versionQuery = (id: number, number: number) =>
  queryOptions({
    queryKey: scriptKeys.version(id, number),
    queryFn: () => http.get<VersionWithFiles>(`/api/scripts/${id}/versions/${number}`),
    // A version never changes.
    staleTime: Infinity,
  });

export type NewScript = { name: string; description: string; image_id: number; files: NewFile[] };

export function useCreateScript() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: NewScript) => http.post<Script>("/api/scripts", body),
    onSuccess: () => cache.invalidateQueries({ queryKey: scriptKeys.list }),
  });
}

export type ScriptChange = {
  name?: string;
  description?: string;
  image_id?: number;
  limits?: Limits;
  network?: Network;
  environment?: Record<string, string>;
};

export function useChangeScript(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ScriptChange) => http.patch<Script>(`/api/scripts/${id}`, body),
    onSuccess: (script) => {
      cache.setQueryData(scriptKeys.one(id), script);
      void cache.invalidateQueries({ queryKey: scriptKeys.list });
    },
  });
}

export function useSaveVersion(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { files: NewFile[]; message: string; base: number }) =>
      http.post<Version>(`/api/scripts/${id}/versions`, body),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: scriptKeys.one(id) });
      void cache.invalidateQueries({ queryKey: scriptKeys.versions(id) });
      // Marked as old, not fetched: the editor's draft goes on from what it just saved.
      void cache.invalidateQueries({ queryKey: scriptKeys.files(id), refetchType: "none" });
    },
  });
}

export function useRunScript(id: number) {
  return useMutation({
    mutationFn: (body: { version: number; arguments: string[] }) =>
      // A click that is sent twice by a bad line starts one job.
      http.post<Job>(`/api/scripts/${id}/jobs`, body, { "Idempotency-Key": crypto.randomUUID() }),
  });
}

export function useDeleteScript(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => http.delete(`/api/scripts/${id}`),
    onSuccess: () => {
      cache.removeQueries({ queryKey: scriptKeys.one(id) });
      void cache.invalidateQueries({ queryKey: scriptKeys.list });
    },
  });
}
