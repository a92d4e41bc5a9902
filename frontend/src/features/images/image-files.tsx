/** The files of an image, edited while its state allows it. */
import { Button, Group, Text, TextInput } from "@mantine/core";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Lock, Save } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api/client";
import type { Image } from "@/api/types";
import type { Assistant } from "@/blocks/code-editor/assistant";
import type { DraftFile } from "@/blocks/files/draft";
import { FilesPane } from "@/blocks/files/files-pane";
import { LeaveDialog } from "@/blocks/files/leave-dialog";
import { useDraft, useLeaveGuard } from "@/blocks/files/use-draft";
import { paths } from "@/blocks/paths";
import { useAlone } from "@/lib/use-alone";
import { useShortcuts } from "@/lib/use-shortcuts";
import { Confirm } from "@/ui/confirm";
import { ErrorAlert } from "@/ui/error-alert";
import { Notice } from "@/ui/notice";
import { toast, toastError, toastUndo } from "@/ui/toast";
import { imageFilesQuery, useSaveImageFiles } from "./api";
import { ProblemList } from "./problem-list";
import { marks, problemsQuery, useProblems } from "./problems";

export function ImageFiles({ image }: { image: Image }) {
  const { data, refetch } = useSuspenseQuery(imageFilesQuery(image.id));
  const handle = useDraft(data.items, "Dockerfile");
  const [base, setBase] = useState(data.digest);
  const [message, setMessage] = useState("");
  const problems = useProblems(handle.draft.files);
  const assistant = useAssistant(handle.draft.files);
  const save = useSaveImageFiles(image.id);
  const alone = useAlone();
  const blocker = useLeaveGuard(handle.dirty, paths.image(image.id));
  const locked = image.status === "building" || image.status === "ready";
  const conflict = save.error instanceof ApiError && save.error.status === 409 && !locked;

  const send = (base_digest?: string) =>
    alone(async () => {
      const sent = handle.draft.files;
      try {
        const { digest } = await save.mutateAsync({ files: sent, base_digest, message });
        setBase(digest);
        setMessage("");
        handle.dispatch({ type: "saved", files: sent, sent });
        toast("Saved. Build the image to use it.");
      } catch {
        return; // shown on the page, from `save.error`
      }
    });
  const reload = async () => {
    const { isSuccess, data: fresh, error } = await refetch();
    // The page still has the old files then: they are not what was asked for.
    if (!isSuccess) return error && toastError(error);
    handle.dispatch({ type: "loaded", files: fresh.items });
    setBase(fresh.digest);
    save.reset();
    toastUndo("Theirs are loaded.", () => {
      handle.dispatch({ type: "putBack" });
      setBase(base);
    });
  };
  if (!handle.dirty && data.digest !== base) {
    // Another version was brought back beside this editor: where nothing of one's own would be lost, it shows that.
    handle.dispatch({ type: "loaded", files: data.items });
    setBase(data.digest);
  }
  useShortcuts({ s: () => void (handle.dirty && !locked && send(base)) });

  return (
    <>
      {locked && <LockedNotice image={image} />}
      {!conflict && <ErrorAlert error={save.error} />}
      <FilesPane
        handle={handle}
        readOnly={locked}
        entry="Dockerfile"
        assistant={locked ? undefined : assistant}
        toolbar={
          <Group justify="space-between" style={{ flex: 1 }}>
            <Text size="sm" c="dimmed" role="status">
              {locked ? "Read only" : handle.dirty ? "Not saved yet" : "Saved"}
            </Text>
            <Group gap="xs" wrap="nowrap">
              {!locked && (
                <TextInput
                  size="xs"
                  aria-label="What changed"
                  placeholder="What changed"
                  value={message}
                  maxLength={500}
                  onChange={(event) => setMessage(event.currentTarget.value)}
                />
              )}
              <Button
                size="xs"
                leftSection={<Save size={14} />}
                disabled={!handle.dirty || locked}
                loading={save.isPending}
                onClick={() => void send(base)}
              >
                Save
              </Button>
            </Group>
          </Group>
        }
      />
      {!locked && <ProblemList problems={problems} onOpen={({ path, line }) => handle.goTo({ path, line: line ?? 1, column: 0 })} />}
      <Confirm
        opened={conflict}
        title="Somebody else saved these files"
        action="Save mine over theirs"
        busy={save.isPending}
        error={null}
        onConfirm={() => void send()}
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

/** Marks the problems of the open file in the editor; the same question as the list's, so that it is asked once. */
function useAssistant(files: DraftFile[]): Assistant {
  const cache = useQueryClient();
  return {
    problems: async (path, content) => {
      const now = files.map((file) => (file.path === path ? { ...file, content } : file));
      try {
        const { items } = await cache.fetchQuery(problemsQuery(now));
        return marks(items, path, content);
      } catch {
        return null;
      }
    },
  };
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
