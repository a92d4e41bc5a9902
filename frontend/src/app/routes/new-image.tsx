/** /images/new?template=data. */
import { useNavigate, useSearchParams } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { templatesQuery } from "@/features/images/api";
import { NewImageForm } from "@/features/images/new-image-form";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(templatesQuery);

export function Component() {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHeader title="New image" about="Next you see its files, can change all of them, and build it." />
      <NewImageForm
        wanted={search.get("template")}
        onTemplate={(template) => setSearch({ template }, { replace: true })}
        onMade={(image) => void navigate(paths.image(image.id))}
      />
    </>
  );
}
