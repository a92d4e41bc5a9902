/** /scripts/new?image=3. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { imagesQuery } from "@/features/images/api";
import { NewScriptForm } from "@/features/scripts/new-script-form";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(imagesQuery);

export function Component() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(imagesQuery);
  return (
    <>
      <PageHeader title="New script" about="It starts with a small main.py that runs at once." />
      <NewScriptForm
        images={data.items}
        imageId={Number(search.get("image")) || null}
        onMade={(script) => void navigate(paths.script(script.id))}
      />
    </>
  );
}
