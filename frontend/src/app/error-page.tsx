/** What stands where a page could not be shown, with the number that finds it in the server's log. */
import { Button, Container, Group, Stack, Text, Title } from "@mantine/core";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { ApiError } from "@/api/client";
import { paths } from "@/blocks/paths";
import { Copy } from "@/ui/copy";
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

/** What happened, what one can do, and the number by which the server's log tells more. */
function Broken({ error }: { error: unknown }) {
  const { title, what, todo } = wordsOf(error);
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Stack maw={560} gap="sm" py="xl">
      <title>{`${title} · Scripter`}</title>
      <Title order={1} size="h2">
        {title}
      </Title>
      <Text>{what}</Text>
      <Text c="dimmed">{todo}</Text>
      {requestId && (
        <Group gap={4}>
          <Text size="sm" c="dimmed">
            Request <code>{requestId}</code>: the server's log says more about it.
          </Text>
          <Copy text={requestId} label="Copy the number of the request" />
        </Group>
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

/** Pure. A server that does not answer is another matter than one that failed, and than a page that did. */
export function wordsOf(error: unknown, online = navigator.onLine): { title: string; what: string; todo: string } {
  const what = error instanceof Error ? error.message : "This page could not be shown.";
  if (!online) {
    return { title: "You are offline", what: "The page is not here yet, and there is no network to fetch it by.", todo: "Try again when the network is back." };
  }
  if (error instanceof ApiError && (error.status === 0 || error.status === 503)) {
    return { title: "The server does not answer", what, todo: "It may be starting anew: try again in a moment. Jobs that run are not touched by it." };
  }
  const todo = "Try again. If it stays, tell whoever runs this Scripter, with what stands here.";
  return { title: "Something went wrong", what, todo };
}
