/** /images/new. */
import { useNavigate } from "react-router";
import { paths } from "@/blocks/paths";
import { NewImageForm } from "@/features/images/new-image-form";
import { PageHeader } from "@/ui/page-header";

export function Component() {
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="New image" about="Next you see its Dockerfile and can build it." />
      <NewImageForm onMade={(image) => void navigate(paths.image(image.id))} />
    </>
  );
}
