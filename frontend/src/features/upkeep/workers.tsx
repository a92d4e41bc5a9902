/** One line about the machinery: workers, places, version. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { plural } from "@/lib/format";
import { systemQuery } from "./api";

export function SystemLine() {
  const { data } = useQuery(systemQuery);
  if (!data) return null;
  const alive = data.workers.filter((worker) => worker.alive);
  const places = alive.reduce((sum, worker) => sum + worker.places, 0);
  const running = alive.reduce((sum, worker) => sum + worker.running, 0);
  return (
    <Text size="xs" c="dimmed">
      Scripter {data.version} · {plural(alive.length, "worker")}, {running} of {plural(places, "place")} in use · runner{" "}
      {data.runner.kind ?? "unknown"}
    </Text>
  );
}
