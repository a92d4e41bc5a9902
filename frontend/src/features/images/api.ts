/** Images and their builds. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Image, NewFile } from "@/api/types";
import { isFinalBuild } from "@/blocks/status";
import { deletion } from "@/lib/deletion";

export const imageKeys = {
  all: ["images"] as const,
  list: ["images", "list"] as const,
  one: (id: number) => ["images", "one", id] as const,
  files: (id: number) => ["images", "files", id] as const,
  builds: (id: number) => ["images", "builds", id] as const,
  versions: (id: number) => ["images", "versions", id] as const,
  version: (id: number, number: number) => ["images", "version", id, number] as const,
  uses: (id: number) => ["images", "uses", id] as const,
  contents: (buildId: number) => ["images", "contents", buildId] as const,
  changes: (buildId: number, against: number | null) => ["images", "changes", buildId, against] as const,
};

const byId = (id: number) => ({ params: { path: { image_id: id } } });

/** Builds have no stream of changes; their logs do. */
const WHILE_BUILDING_MS = 2_000;

export const imagesQuery = queryOptions({
  queryKey: imageKeys.list,
  queryFn: () => answer(api.GET("/api/images")),
  refetchInterval: ({ state }) => state.data?.items.some((image) => image.status === "building") && WHILE_BUILDING_MS,
});

export const imageQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.one(id),
    queryFn: () => answer(api.GET("/api/images/{image_id}", byId(id))),
    refetchInterval: ({ state }) => state.data?.status === "building" && WHILE_BUILDING_MS,
  });

export const imageFilesQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.files(id),
    queryFn: () => answer(api.GET("/api/images/{image_id}/files", byId(id))),
    // The editor holds a draft of these: they change under it only when it asks.
    staleTime: Infinity,
  });

export const buildsQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.builds(id),
    queryFn: () => answer(api.GET("/api/images/{image_id}/builds", byId(id))),
    refetchInterval: ({ state }) => state.data?.items.some((build) => !isFinalBuild(build.status)) && WHILE_BUILDING_MS,
  });

/** What is frozen stays as it is: asked once. */
const FROZEN = { staleTime: Infinity };

export const templatesQuery = queryOptions({
  queryKey: ["images", "templates"] as const,
  queryFn: () => answer(api.GET("/api/images/templates")),
  ...FROZEN,
});

/** Newest first, older ones page by page. */
export const versionsQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: imageKeys.versions(id),
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/images/{image_id}/versions", { params: { path: { image_id: id }, query: { before: pageParam } } })),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const versionQuery = (id: number, number: number) =>
  queryOptions({
    queryKey: imageKeys.version(id, number),
    queryFn: () => answer(api.GET("/api/images/{image_id}/versions/{number}", { params: { path: { image_id: id, number } } })),
    ...FROZEN,
  });

export const usesQuery = (id: number) =>
  queryOptions({
    queryKey: imageKeys.uses(id),
    queryFn: () => answer(api.GET("/api/images/{image_id}/uses", byId(id))),
    refetchInterval: 5_000,
  });

/** Of a build that has ended. */
export const contentsQuery = (buildId: number) =>
  queryOptions({
    queryKey: imageKeys.contents(buildId),
    queryFn: () => answer(api.GET("/api/builds/{build_id}/packages", { params: { path: { build_id: buildId } } })),
    ...FROZEN,
  });

/** Of a build that has ended, against the last good one before it. */
export const changesQuery = (buildId: number, against: number | null = null) =>
  queryOptions({
    queryKey: imageKeys.changes(buildId, against),
    queryFn: () =>
      answer(
        api.GET("/api/builds/{build_id}/changes", {
          params: { path: { build_id: buildId }, query: against === null ? {} : { against } },
        }),
      ),
    ...FROZEN,
  });

/** After a deed both the list and the one image may have changed; files are kept, they are a draft's base. */
function refresh(cache: QueryClient, id: number): void {
  void cache.invalidateQueries({ queryKey: imageKeys.list });
  void cache.invalidateQueries({ queryKey: imageKeys.one(id) });
  void cache.invalidateQueries({ queryKey: imageKeys.builds(id) });
  void cache.invalidateQueries({ queryKey: imageKeys.versions(id) });
  void cache.invalidateQueries({ queryKey: imageKeys.uses(id) });
}

export function useCreateImage() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; description: string; files?: NewFile[] }) => answer(api.POST("/api/images", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: imageKeys.list }),
  });
}

type ImageChange = { name?: string; description?: string; limits?: Image["limits"] };

export function useChangeImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ImageChange) => answer(api.PATCH("/api/images/{image_id}", { ...byId(id), body })),
    onSuccess: () => refresh(cache, id),
  });
}

export function useSaveImageFiles(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { files: NewFile[]; base_digest?: string; message: string }) => answer(api.PUT("/api/images/{image_id}/files", { ...byId(id), body })),
    onSuccess: (files) => {
      cache.setQueryData(imageKeys.files(id), files);
      refresh(cache, id);
    },
  });
}

export function useRestoreVersion(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (number: number) =>
      answer(api.POST("/api/images/{image_id}/versions/{number}/restore", { params: { path: { image_id: id, number } } })),
    onSuccess: (files) => {
      cache.setQueryData(imageKeys.files(id), files);
      refresh(cache, id);
    },
  });
}

export function useBuildImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/api/images/{image_id}/builds", byId(id))),
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
    mutationFn: (buildId: number) => answer(api.POST("/api/builds/{build_id}/cancel", { params: { path: { build_id: buildId } } })),
    onSuccess: () => refresh(cache, imageId),
  });
}

export function useDestroyImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/api/images/{image_id}/destroy", byId(id))),
    onSuccess: () => refresh(cache, id),
  });
}

export function useDeleteImage(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationKey: deletion("images", id),
    mutationFn: () => answer(api.DELETE("/api/images/{image_id}", byId(id))),
    onSuccess: () => {
      // Not that of the page which is about to be left: it would be asked for once more.
      cache.removeQueries({ queryKey: imageKeys.one(id), type: "inactive" });
      void cache.invalidateQueries({ queryKey: imageKeys.list });
    },
  });
}

export function useRefreshImage(id: number): () => void {
  const cache = useQueryClient();
  return () => refresh(cache, id);
}
