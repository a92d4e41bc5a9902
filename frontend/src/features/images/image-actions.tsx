/** Build and destroy, at the top of an image's page. */
import { Button, Text } from "@mantine/core";
import { Flame, Hammer } from "lucide-react";
import { useState } from "react";
import type { Build, Image } from "@/api/types";
import { listed, shortDigest } from "@/lib/format";
import { Confirm } from "@/ui/confirm";
import { toast, toastError } from "@/ui/toast";
import { useBuildImage, useDestroyImage } from "./api";

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
        {image.scripts.length > 0 && (
          <Text size="sm" mt="xs">
            {listed(image.scripts.map((script) => script.name))} cannot start until it is built again.
          </Text>
        )}
      </Confirm>
    </>
  );
}
