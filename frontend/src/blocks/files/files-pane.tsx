/** Files at the left, the editor with its tabs at the right; used for images and scripts. */
import { ActionIcon, Box, Group, Text } from "@mantine/core";
import { FolderTree } from "lucide-react";
import { useEffect, useEffectEvent, useState, type DragEvent, type ReactNode } from "react";
import type { Assistant } from "@/blocks/code-editor/assistant";
import { CodeEditor } from "@/blocks/code-editor/code-editor";
import { fromBase64 } from "@/lib/base64";
import { bytes, plural } from "@/lib/format";
import { toast, toastError } from "@/ui/toast";
import type { DraftFile } from "./draft";
import { FileTabs } from "./file-tabs";
import { DRAGGED } from "./file-tree";
import classes from "./files.module.css";
import { readFiles } from "./read-files";
import { SideBar } from "./side-bar";
import type { DraftHandle } from "./use-draft";

type Props = {
  handle: DraftHandle;
  readOnly?: boolean;
  /** The file that cannot be renamed or removed, for it is needed: "main.py". */
  entry: string;
  /** Above the editor: the save button and what belongs to it. */
  toolbar?: ReactNode;
  /** Below the editor, in the same frame: what the code printed. */
  panel?: ReactNode;
  /** As high as the window allows. */
  tall?: boolean;
  /** Lower, because something below wants to be seen. */
  short?: boolean;
  /** Who helps with the code. */
  assistant?: Assistant;
};

export function FilesPane({ handle, readOnly = false, entry, toolbar, panel, tall = false, short = false, assistant }: Props) {
  const { draft, dispatch } = handle;
  const [over, setOver] = useState(false);
  const [searching, setSearching] = useState(false);
  const [side, setSide] = useState(false);
  const file = draft.files.find((one) => one.path === draft.selected);
  useSearchKey(() => {
    setSearching(true);
    setSide(true);
  });

  const upload = async (files: Iterable<File>) => {
    try {
      const read = await readFiles(files);
      dispatch({ type: "put", files: read });
      toast(`Added ${plural(read.length, "file")}. Save to keep.`);
    } catch (error) {
      toastError(error as Error);
    }
  };
  const fromOutside = (event: DragEvent) => !event.dataTransfer.types.includes(DRAGGED);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!readOnly && fromOutside(event)) void upload(event.dataTransfer.files);
  };
  return (
    <div
      className={classes.pane}
      data-tall={tall || undefined}
      data-short={short || undefined}
      data-side={side || undefined}
      data-over={(over && !readOnly) || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(fromOutside(event));
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <SideBar
        handle={handle}
        readOnly={readOnly}
        entry={entry}
        searching={searching}
        onSearching={setSearching}
        onOpened={() => setSide(false)}
        onUpload={upload}
      />
      <div className={classes.main}>
        {toolbar && <Group className={classes.toolbar}>{toolbar}</Group>}
        <div className={classes.tabRow}>
          <ActionIcon
            variant="subtle"
            color="gray"
            className={classes.sideSwitch}
            aria-label="Files of this script or image"
            aria-expanded={side}
            onClick={() => setSide(!side)}
          >
            <FolderTree size={16} />
          </ActionIcon>
          <FileTabs handle={handle} />
        </div>
        {file ? <OneFile file={file} readOnly={readOnly} handle={handle} assistant={assistant} /> : <NoFile any={draft.files.length > 0} />}
        {panel && <div className={classes.panel}>{panel}</div>}
      </div>
    </div>
  );
}

/** Ctrl-Shift-F, as everywhere. */
function useSearchKey(search: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.key.toLowerCase() !== "f") return;
    event.preventDefault();
    search();
  });
  useEffect(() => {
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

type OneFileProps = { file: DraftFile; readOnly: boolean; handle: DraftHandle; assistant?: Assistant };

function OneFile({ file, readOnly, handle, assistant }: OneFileProps) {
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
          assistant={assistant}
          place={handle.place}
          onGoTo={handle.goTo}
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

function NoFile({ any }: { any: boolean }) {
  return (
    <Text p="md" size="sm" c="dimmed" className={classes.code}>
      {any ? "No file is open. Choose one at the left." : "No file yet. Add one at the left, or drop one here."}
    </Text>
  );
}
