/** Images and their builds. */
import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import type { Build, FileBody, Image, NewFile, Page } from "@/api/types";
import { isFinalBuild } from "@/blocks/status";

export type ImageFiles = { items: FileBody[]; digest: string };

export const imageKeys = {
  all: ["images"] as const,
  list: ["images", "list"] as const,
  one: (id: number) => ["images", "one", id] as const,
  files: (id: number) => ["images", "files", id] as const,
  builds: (id: number) => ["images", "builds", id] as const,
};

/** Builds have no stream of changes; their logs do. */
const WHILE_BUILDING_MS = 2_000;

export const imagesQuery = queryOptions({
  queryKey: imageKeys.list,
  queryFn: () => http.get<Page<Image>>("/api/images"),
  refetchInterval: ({ state }) => state.data?.items.some((image) => image.status === "building") && WHILE_BUILDING_MS,
});

export const imageQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.one(id),
    queryFn: () => http.get<Image>(`/api/images/${id}`),
    refetchInterval: ({ state }) => state.data?.status === "building" && WHILE_BUILDING_MS,
  });

export const imageFilesQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.files(id),
    queryFn: () => http.get<ImageFiles>(`/api/images/${id}/files`),
    // The editor holds a draft of these: they change under it only when it asks.
    staleTime: Infinity,
  });

export const buildsQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.builds(id),
    queryFn: () => http.get<Page<Build>>(`/api/images/${id}/builds`),
    refetchInterval: ({ state }) => state.data?.items.some((build) => !isFinalBuild(build.status)) && WHILE_BUILDING_MS,
  });

/** After a deed both the list and the one image may have changed; files are kept, they are a draft's base. */
function refresh(cache: QueryClient, id: number): void {
  void cache.invalidateQueries({ queryKey: imageKeys.list });
  void cache.invalidateQueries({ queryKey: imageKeys.one(id) });
  void cache.invalidateQueries({ queryKey: imageKeys.builds(id) });
}

export function useCreateImage() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; description: string; files?: NewFile[] }) => http.post<Image>("/api/images", body),
    onSuccess: () => cache.invalidateQueries({ queryKey: imageKeys.list }),
  });
}

export type ImageChange = { name?: string; description?: string; limits?: Image["limits"] };

export function useChangeImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ImageChange) => http.patch<Image>(`/api/images/${id}`, body),
    onSuccess: () => refresh(cache, id),
  });
}

export function useSaveImageFiles(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { files: NewFile[]; base_digest?: string }) => http.put<ImageFiles>(`/api/images/${id}/files`, body),
    onSuccess: (files) => {
      cache.setQueryData(imageKeys.files(id), files);
      refresh(cache, id);
    },
  });
}

export function useBuildImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => http.post<Build>(`/api/images/${id}/builds`),
    // Awaited, so that the new build is in the list that the page goes to.
    onSuccess: async () => {
      refresh(cache, id);
      await cache.refetchQueries({ queryKey: imageKeys.builds(id) });
    },
  });
}

export function useCancelBuild(imageId: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (buildId: number) => http.post<Build>(`/api/builds/${buildId}/cancel`),
    onSuccess: () => refresh(cache, imageId),
  });
}

export function useDestroyImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => http.post<Image>(`/api/images/${id}/destroy`),
    onSuccess: () => refresh(cache, id),
  });
}

export function useDeleteImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => http.delete(`/api/images/${id}`),
    onSuccess: () => {
      cache.removeQueries({ queryKey: imageKeys.one(id) });
      void cache.invalidateQueries({ queryKey: imageKeys.list });
    },
  });
}

export function useRefreshImage(id: number): () => void {
  const cache = useQueryClient();
  return () => refresh(cache, id);
}
