/** Files at the left, the editor at the right; used for images and scripts. */
import { Box, Group, Text } from "@mantine/core";
import { useState, type DragEvent, type ReactNode } from "react";
import { CodeEditor } from "@/blocks/code-editor/code-editor";
import { fromBase64 } from "@/lib/base64";
import { bytes, plural } from "@/lib/format";
import { toast, toastError } from "@/ui/toast";
import type { DraftFile } from "./draft";
import { FileList } from "./file-list";
import classes from "./files.module.css";
import { readFiles } from "./read-files";
import type { DraftHandle } from "./use-draft";

type Props = {
  handle: DraftHandle;
  readOnly?: boolean;
  /** The file that cannot be renamed or removed, for it is needed: "main.py". */
  entry: string;
  /** Above the editor: the save button and what belongs to it. */
  toolbar?: ReactNode;
  /** Lower, because something below wants to be seen. */
  short?: boolean;
};

export function FilesPane({ handle, readOnly = false, entry, toolbar, short = false }: Props) {
  const { draft, dispatch } = handle;
  const [over, setOver] = useState(false);
  const file = draft.files.find((one) => one.path === draft.selected);

  const upload = async (files: Iterable<File>) => {
    try {
      const read = await readFiles(files);
      dispatch({ type: "put", files: read });
      toast(`Added ${plural(read.length, "file")}. Save to keep.`);
    } catch (error) {
      toastError(error as Error);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!readOnly) void upload(event.dataTransfer.files);
  };
  return (
    <div
      className={classes.pane}
      data-short={short || undefined}
      data-over={(over && !readOnly) || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileList handle={handle} readOnly={readOnly} entry={entry} onUpload={upload} />
      <div className={classes.main}>
        {toolbar && <Group className={classes.toolbar}>{toolbar}</Group>}
        {file ? <OneFile file={file} readOnly={readOnly} handle={handle} /> : <NoFile />}
      </div>
    </div>
  );
}

function OneFile({ file, readOnly, handle }: { file: DraftFile; readOnly: boolean; handle: DraftHandle }) {
  const binary = file.encoding === "base64";
  return (
    <>
      {binary && <NotText file={file} />}
      {/* Only hidden, never taken away: it holds what can be undone in the other files. */}
      <div className={classes.code} hidden={binary}>
        <CodeEditor
          path={file.path}
          value={binary ? "" : file.content}
          label={`Code of ${file.path}`}
          readOnly={readOnly || binary}
          onChange={(content) => handle.dispatch({ type: "edit", path: file.path, content })}
        />
      </div>
    </>
  );
}

function NotText({ file }: { file: DraftFile }) {
  return (
    <Box p="md">
      <Text size="sm">
        <b>{file.path}</b> is not text ({bytes(fromBase64(file.content).length)}), so it cannot be edited here. Upload a file of the
        same name to replace it.
      </Text>
    </Box>
  );
}

function NoFile() {
  return (
    <Text p="md" size="sm" c="dimmed">
      No file yet. Add one at the left, or drop one here.
    </Text>
  );
}
