/** Build and destroy, at the top of an image's page. */
import { Button, List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Flame, Hammer } from "lucide-react";
import { useState } from "react";
import type { Build, Image } from "@/api/types";
import { listed, plural, shortDigest } from "@/lib/format";
import { Confirm } from "@/ui/confirm";
import { toast, toastError } from "@/ui/toast";
import { usesQuery, useBuildImage, useDestroyImage } from "./api";

export function BuildButton({ image, onStarted }: { image: Image; onStarted: (build: Build) => void }) {
  const build = useBuildImage(image.id);
  return (
    <Button
      leftSection={<Hammer size={16} />}
      loading={build.isPending}
      disabled={image.status === "building"}
      onClick={() => build.mutate(undefined, { onSuccess: onStarted, onError: toastError })}
    >
      {image.status === "building" ? "Building …" : "Build"}
    </Button>
  );
}

export function DestroyButton({ image }: { image: Image }) {
  const [asking, setAsking] = useState(false);
  const destroy = useDestroyImage(image.id);
  if (!image.built || image.status === "building") return null;
  const done = () => {
    setAsking(false);
    toast("The built image is gone. The files can be edited again.");
  };
  return (
    <>
      <Button variant="default" leftSection={<Flame size={16} />} onClick={() => setAsking(true)}>
        Destroy
      </Button>
      <Confirm
        opened={asking}
        title={`Destroy what was built of ${image.name}?`}
        action="Destroy built image"
        busy={destroy.isPending}
        error={destroy.error}
        onConfirm={() => destroy.mutate(undefined, { onSuccess: done })}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">
          The built image {shortDigest(image.built.reference)} is removed. Files and logs stay, and the files can be edited again.
        </Text>
        {image.scripts.length > 0 && <Consequences image={image} />}
      </Confirm>
    </>
  );
}

/** Who cannot start any more, by name, and what goes on. */
function Consequences({ image }: { image: Image }) {
  const { data } = useQuery(usesQuery(image.id));
  const due = data?.schedules.filter((one) => one.enabled) ?? [];
  return (
    <List size="sm" mt="xs">
      <List.Item>{listed(image.scripts.map((script) => script.name))} cannot start until it is built again.</List.Item>
      {due.length > 0 && <List.Item>{plural(due.length, "schedule")} of theirs will miss what is due until then.</List.Item>}
      {data && data.jobs.length > 0 && (
        <List.Item>{plural(data.jobs.length, "waiting or running job")} can still finish; the built image goes after that.</List.Item>
      )}
    </List>
  );
}
