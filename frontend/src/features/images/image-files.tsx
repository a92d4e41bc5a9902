/** The files of an image, edited while its state allows it. */
import { Button, Group, Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Lock, Save } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/client";
import type { Image } from "@/api/types";
import { FilesPane } from "@/blocks/files/files-pane";
import { LeaveDialog } from "@/blocks/files/leave-dialog";
import { useDraft, useLeaveGuard } from "@/blocks/files/use-draft";
import { paths } from "@/blocks/paths";
import { useShortcuts } from "@/lib/use-shortcuts";
import { Confirm } from "@/ui/confirm";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { toast } from "@/ui/toast";
import { imageFilesQuery, useSaveImageFiles } from "./api";

export function ImageFiles({ image }: { image: Image }) {
  const { data, refetch } = useSuspenseQuery(imageFilesQuery(image.id));
  const handle = useDraft(data.items, "Dockerfile");
  const [base, setBase] = useState(data.digest);
  const save = useSaveImageFiles(image.id);
  const blocker = useLeaveGuard(handle.dirty, paths.image(image.id));
  const locked = image.status === "building" || image.status === "ready";
  const conflict = save.error instanceof ApiError && save.error.status === 409 && !locked;

  const send = (base_digest?: string) =>
    save.mutate(
      { files: handle.draft.files, base_digest },
      {
        onSuccess: ({ digest }) => {
          setBase(digest);
          handle.dispatch({ type: "saved" });
          toast("Saved. Build the image to use it.");
        },
      },
    );
  const reload = async () => {
    const { data: fresh } = await refetch();
    if (!fresh) return;
    handle.dispatch({ type: "loaded", files: fresh.items });
    setBase(fresh.digest);
    save.reset();
  };
  useShortcuts({ s: () => handle.dirty && !locked && send(base) });

  return (
    <>
      {locked && <LockedNotice image={image} />}
      {!conflict && <ErrorAlert error={save.error} />}
      <FilesPane
        handle={handle}
        readOnly={locked}
        entry="Dockerfile"
        toolbar={
          <Group justify="space-between" style={{ flex: 1 }}>
            <Text size="sm" c="dimmed" role="status">
              {locked ? "Read only" : handle.dirty ? "Not saved yet" : "Saved"}
            </Text>
            <Button
              size="xs"
              leftSection={<Save size={14} />}
              disabled={!handle.dirty || locked}
              loading={save.isPending}
              onClick={() => send(base)}
            >
              Save
            </Button>
          </Group>
        }
      />
      <Confirm
        opened={conflict}
        title="Somebody else saved these files"
        action="Save mine over theirs"
        busy={save.isPending}
        error={null}
        onConfirm={() => send()}
        onClose={() => save.reset()}
      >
        The files were changed while you edited them. Saving now replaces those changes.{" "}
        <Button variant="default" size="compact-sm" onClick={() => void reload()}>
          Load theirs, drop mine
        </Button>
      </Confirm>
      <LeaveDialog blocker={blocker} />
    </>
  );
}

function LockedNotice({ image }: { image: Image }) {
  const why =
    image.status === "building"
      ? "The image is being built. Its files can be edited when the build has failed or was cancelled, or after you destroy the built image."
      : "The image is ready and its files belong to what was built. Destroy the built image to edit them; scripts on it cannot start until it is built again.";
  return (
    <Notice tone="info" icon={<Lock size={18} />} title="Locked" mb="sm">
      {why}
    </Notice>
  );
}
