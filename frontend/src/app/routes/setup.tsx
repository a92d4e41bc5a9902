/** /setup?code=...: the first account. */
import { redirect, useNavigate, useSearchParams } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { sessionQuery } from "@/features/access/api";
import { Door } from "@/features/access/door";
import { SetupForm } from "@/features/access/setup-form";

export async function loader(): Promise<Response | null> {
  const session = await queryClient.fetchQuery(sessionQuery);
  return session.setup_needed ? null : redirect(paths.overview());
}

export function Component() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  return (
    <Door title="Welcome" about="Make the first account. It is the administrator's.">
      <SetupForm code={search.get("code") ?? ""} onDone={() => void navigate(paths.overview())} />
    </Door>
  );
}
