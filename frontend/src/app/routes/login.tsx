/** /login?to=...: the way in, and on to the page that was asked for. */
import { redirect, useNavigate, useSearchParams } from "react-router";
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { sessionQuery } from "@/features/access/api";
import { Door } from "@/features/access/door";
import { LoginForm } from "@/features/access/login-form";
import { safePath } from "@/lib/safe-path";

export async function loader({ request }: { request: Request }): Promise<Response | null> {
  const session = await queryClient.fetchQuery(sessionQuery);
  if (session.setup_needed) return redirect(paths.setup());
  return session.user ? redirect(safePath(new URL(request.url).searchParams.get("to"))) : null;
}

export function Component() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  return (
    <Door title="Log in" about="Write scripts, run them, put them on a schedule.">
      <LoginForm onDone={() => void navigate(safePath(search.get("to")))} />
    </Door>
  );
}
