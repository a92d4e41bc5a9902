/** Shown for the moment in which the first page's code is on its way. */
import { Center, Loader, VisuallyHidden } from "@mantine/core";

export function RouteFallback() {
  return (
    <Center component="main" h="60vh">
      <VisuallyHidden component="h1">Loading</VisuallyHidden>
      <Loader aria-hidden />
    </Center>
  );
}
