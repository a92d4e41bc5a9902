/** Shown for the moment in which the first page's code is on its way. */
import { Center, Loader } from "@mantine/core";

export function RouteFallback() {
  return (
    <Center component="main" h="60vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
