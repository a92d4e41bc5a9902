/** /images: all of them. */
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { imagesQuery } from "@/features/images/api";
import { ImageList } from "@/features/images/image-list";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(imagesQuery);

export function Component() {
  return (
    <>
      <PageHeader title="Images" about="What scripts run in: a Python and its packages.">
        <LinkButton to={paths.newImage()}>New image</LinkButton>
      </PageHeader>
      <ImageList />
    </>
  );
}
