/** /images/7/files|builds|settings: one image. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearchParams, type LoaderFunctionArgs } from "react-router";
import type { Image } from "@/api/types";
import { idFrom } from "@/app/ids";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { ImageStatusPill } from "@/blocks/status";
import { buildsQuery, imageFilesQuery, imageQuery } from "@/features/images/api";
import { Builds } from "@/features/images/builds";
import { BuildButton, DestroyButton } from "@/features/images/image-actions";
import { ImageFiles } from "@/features/images/image-files";
import { ImageSettings } from "@/features/images/image-settings";
import { ImageSummary } from "@/features/images/image-summary";
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
  const [search] = useSearchParams();
  const wanted = Number(search.get("build")) || null;
  return (
    <UrlTabs
      label="Parts of the image"
      value={tab}
      tabs={[
        { value: "files", label: "Files", to: paths.image(image.id), panel: <ImageFiles image={image} />, keep: true },
        {
          value: "builds",
          label: "Builds",
          to: paths.image(image.id, "builds"),
          panel: (
            <Builds image={image} selected={wanted} onSelect={(buildId) => void navigate(paths.build(image.id, buildId))} />
          ),
        },
        {
          value: "settings",
          label: "Settings",
          to: paths.image(image.id, "settings"),
          panel: <ImageSettings image={image} onDeleted={() => void navigate(paths.images())} />,
        },
      ]}
    />
  );
}
