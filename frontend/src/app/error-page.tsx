/** What stands where a page could not be shown, with the number that finds it in the server's log. */
import { Button, Container, Group, Stack, Text, Title } from "@mantine/core";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { ApiError } from "@/api/client";
import { paths } from "@/blocks/paths";
import { LinkButton } from "@/ui/link-button";

export function ErrorPage() {
  const error = useRouteError();
  const missing = (error instanceof ApiError || isRouteErrorResponse(error)) && error.status === 404;
  return missing ? <NotFound why={error instanceof ApiError ? error.message : undefined} /> : <Broken error={error} />;
}

/** For pages without the frame around them, which brings its own main part. */
export function BareErrorPage() {
  return (
    <Container component="main">
      <ErrorPage />
    </Container>
  );
}

export function NotFound({ why = "There is nothing at this address. It may have been deleted." }: { why?: string }) {
  return (
    <Stack maw={560} gap="sm" py="xl">
      <title>Not found · Scripter</title>
      <Title order={1} size="h2">
        Not found
      </Title>
      <Text>{why}</Text>
      <Group>
        <LinkButton to={paths.overview()}>To the overview</LinkButton>
      </Group>
    </Stack>
  );
}

function Broken({ error }: { error: unknown }) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Stack maw={560} gap="sm" py="xl">
      <title>Something went wrong · Scripter</title>
      <Title order={1} size="h2">
        Something went wrong
      </Title>
      <Text>{error instanceof Error ? error.message : "This page could not be shown."}</Text>
      {requestId && (
        <Text size="sm" c="dimmed">
          Request <code>{requestId}</code>: the server's log says more about it.
        </Text>
      )}
      <Group>
        <Button onClick={() => window.location.reload()}>Try again</Button>
        <LinkButton to={paths.overview()} variant="default">
          To the overview
        </LinkButton>
      </Group>
    </Stack>
  );
}
