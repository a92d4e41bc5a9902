/** Left of the code: the files, or a search in them. */
import { ActionIcon, FileButton, Group, Tooltip } from "@mantine/core";
import { FilePlus, FolderPlus, Search, Upload, X } from "lucide-react";
import { FileNameDialog } from "./file-name-dialog";
import { FileSearch } from "./file-search";
import { FileTree } from "./file-tree";
import classes from "./files.module.css";
import type { DraftHandle } from "./use-draft";
import { useTree } from "./use-tree";

type Props = {
  handle: DraftHandle;
  readOnly: boolean;
  entry: string;
  searching: boolean;
  onSearching: (searching: boolean) => void;
  /** A file was opened: on a phone the bar makes room for it. */
  onOpened: () => void;
  onUpload: (files: File[]) => Promise<void>;
};

export function SideBar({ handle, readOnly, entry, searching, onSearching, onOpened, onUpload }: Props) {
  const tree = useTree(handle, entry);
  return (
    <div className={classes.side}>
      <Group justify="space-between" className={classes.sideHead} wrap="nowrap">
        <b>{searching ? "Search" : "Files"}</b>
        <Group gap={0} wrap="nowrap">
          {!readOnly && !searching && <AddFiles onNew={tree.ask} onUpload={onUpload} />}
          <Tool
            label={searching ? "Back to the files" : "Search in files (Ctrl-Shift-F)"}
            icon={searching ? <X size={16} /> : <Search size={16} />}
            onClick={() => onSearching(!searching)}
          />
        </Group>
      </Group>
      {searching ? (
        <FileSearch handle={handle} onOpened={onOpened} />
      ) : (
        <FileTree handle={handle} tree={tree} readOnly={readOnly} onOpened={onOpened} />
      )}
      {tree.naming && (
        <FileNameDialog naming={tree.naming} taken={tree.taken} onDone={tree.named} onClose={tree.unnamed} />
      )}
    </div>
  );
}

function AddFiles({ onNew, onUpload }: { onNew: (kind: "file" | "folder") => void; onUpload: Props["onUpload"] }) {
  return (
    <>
      <Tool label="New file" icon={<FilePlus size={16} />} onClick={() => onNew("file")} />
      <Tool label="New folder" icon={<FolderPlus size={16} />} onClick={() => onNew("folder")} />
      <FileButton multiple onChange={(files) => void onUpload(files)} inputProps={{ "aria-label": "Files to upload" }}>
        {(props) => (
          <Tooltip label="Upload files or a zip archive, or drop them here">
            <ActionIcon variant="subtle" color="gray" aria-label="Upload files" {...props}>
              <Upload size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </FileButton>
    </>
  );
}

function Tool({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label.replace(/ \(.*/, "")} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
