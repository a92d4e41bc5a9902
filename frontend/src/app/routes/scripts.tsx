/** /scripts: all of them, with when each runs next. */
import { queryClient } from "@/app/query-client";
import { paths } from "@/blocks/paths";
import { scriptsQuery } from "@/features/scripts/api";
import { ScriptList } from "@/features/scripts/script-list";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(scriptsQuery);

export function Component() {
  return (
    <>
      <PageHeader title="Scripts">
        <LinkButton to={paths.newScript()}>New script</LinkButton>
      </PageHeader>
      <ScriptList />
    </>
  );
}
