/** /account: tokens and password. */
import { Stack } from "@mantine/core";
import { queryClient } from "@/app/query-client";
import { tokensQuery } from "@/features/access/api";
import { PasswordForm } from "@/features/access/password-form";
import { Tokens } from "@/features/access/tokens";
import { PageHeader } from "@/ui/page-header";

export const loader = () => queryClient.ensureQueryData(tokensQuery);

export function Component() {
  return (
    <>
      <PageHeader title="Account" />
      <Stack maw={760}>
        <Tokens />
        <PasswordForm />
      </Stack>
    </>
  );
}
