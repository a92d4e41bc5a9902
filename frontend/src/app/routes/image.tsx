/** /images/7/files|builds|packages|versions|uses|settings: one image. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearchParams, type LoaderFunctionArgs } from "react-router";
import type { Image } from "@/api/types";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { ImageStatusPill } from "@/blocks/status";
import { buildsQuery, imageFilesQuery, imageQuery, versionsQuery } from "@/features/images/api";
import { Builds } from "@/features/images/builds";
import { BuildButton, DestroyButton } from "@/features/images/image-actions";
import { ImageFiles } from "@/features/images/image-files";
import { ImageSettings } from "@/features/images/image-settings";
import { ImageSummary } from "@/features/images/image-summary";
import type { Pair } from "@/blocks/diff/version-pair";
import { ImageVersions } from "@/features/images/image-versions";
import { Packages } from "@/features/images/packages";
import { Uses } from "@/features/images/uses";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import { UrlTabs } from "@/ui/url-tabs";

export async function loader({ params }: LoaderFunctionArgs): Promise<null> {
  const id = idFrom(params.id);
  await Promise.all([
    queryClient.ensureQueryData(imageQuery(id)),
    // Always asked anew: the editor begins with these, and must not begin with what was saved some time ago.
    queryClient.fetchQuery({ ...imageFilesQuery(id), staleTime: 0 }),
    queryClient.ensureQueryData(buildsQuery(id)),
    queryClient.ensureInfiniteQueryData(versionsQuery(id)),
  ]);
  return null;
}

export function Component() {
  const id = idFrom(useParams().id);
  const navigate = useNavigate();
  const { data: image } = useSuspenseQuery(imageQuery(id));
  return (
    <>
      <PageHeader title={image.name} status={<ImageStatusPill status={image.status} />} about={<ImageSummary image={image} />}>
        {image.built && (
          <LinkButton to={paths.newScript(id)} variant="default">
            New script
          </LinkButton>
        )}
        <DestroyButton image={image} />
        <BuildButton image={image} onStarted={(build) => void navigate(paths.build(id, build.id))} />
      </PageHeader>
      <Tabs key={id} image={image} />
    </>
  );
}

function Tabs({ image }: { image: Image }) {
  const navigate = useNavigate();
  const { tab = "files" } = useParams();
  const to = (name: Parameters<typeof paths.image>[1]) => paths.image(image.id, name);
  return (
    <UrlTabs
      label="Parts of the image"
      value={tab}
      tabs={[
        { value: "files", label: "Files", to: paths.image(image.id), panel: <ImageFiles image={image} />, keep: true },
        { value: "builds", label: "Builds", to: to("builds"), panel: <BuildsPanel image={image} /> },
        { value: "packages", label: "Packages", to: to("packages"), panel: <Packages image={image} /> },
        { value: "versions", label: "Versions", to: to("versions"), panel: <VersionsPanel image={image} /> },
        { value: "uses", label: "Used by", to: to("uses"), panel: <Uses image={image} /> },
        {
          value: "settings",
          label: "Settings",
          to: to("settings"),
          panel: <ImageSettings image={image} onDeleted={() => void navigate(paths.images())} />,
        },
      ]}
    />
  );
}

function BuildsPanel({ image }: { image: Image }) {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const change = (part: string) =>
    setSearch((now) => {
      now.set("view", part);
      return now;
    });
  return (
    <Builds
      image={image}
      selected={Number(search.get("build")) || null}
      onSelect={(buildId) => void navigate(paths.build(image.id, buildId))}
      part={search.get("view") === "log" ? "log" : "steps"}
      onPart={change}
    />
  );
}

function VersionsPanel({ image }: { image: Image }) {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [before, after] = [Number(search.get("before")), Number(search.get("after"))];
  const show = (pair: Pair | null) =>
    void navigate(pair ? paths.compareImageVersions(image.id, pair.before, pair.after) : paths.image(image.id, "versions"));
  return (
    <ImageVersions
      image={image}
      pair={before && after ? { before, after } : null}
      onPair={show}
      onRestored={() => void navigate(paths.image(image.id))}
    />
  );
}
