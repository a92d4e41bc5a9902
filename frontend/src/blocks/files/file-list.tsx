/** The list of files with what can be done to them: new, upload, rename, delete. */
import { ActionIcon, FileButton, Group, Menu, Tooltip } from "@mantine/core";
import { Ellipsis, FilePlus, Upload } from "lucide-react";
import { useState } from "react";
import { FileNameDialog } from "./file-name-dialog";
import classes from "./files.module.css";
import type { DraftHandle } from "./use-draft";

type Props = {
  handle: DraftHandle;
  readOnly: boolean;
  entry: string;
  onUpload: (files: File[]) => Promise<void>;
};
type Naming = { rename: string | null } | null;

export function FileList({ handle, readOnly, entry, onUpload }: Props) {
  const { draft, dispatch, changed } = handle;
  const [naming, setNaming] = useState<Naming>(null);
  const name = (path: string) => {
    if (naming?.rename) dispatch({ type: "rename", from: naming.rename, to: path });
    else dispatch({ type: "put", files: [{ path, content: "" }] });
    setNaming(null);
  };
  return (
    <nav className={classes.list} aria-label="Files">
      <Group justify="space-between" className={classes.listHead}>
        <b>Files</b>
        {!readOnly && <AddFiles onNew={() => setNaming({ rename: null })} onUpload={onUpload} />}
      </Group>
      <ul>
        {draft.files.map(({ path }) => (
          <li key={path} className={classes.file} data-selected={path === draft.selected || undefined}>
            <button
              type="button"
              aria-current={path === draft.selected || undefined}
              style={{ paddingLeft: `${0.75 + (path.split("/").length - 1) * 0.6}rem` }}
              onClick={() => dispatch({ type: "select", path })}
            >
              {path}
              {changed.has(path) && (
                <span className={classes.mark} title="Not saved yet">
                  <span className={classes.hidden}> (not saved)</span>
                </span>
              )}
            </button>
            {!readOnly && path !== entry && (
              <FileMenu
                path={path}
                onRename={() => setNaming({ rename: path })}
                onDelete={() => dispatch({ type: "remove", path })}
              />
            )}
          </li>
        ))}
      </ul>
      {naming && (
        <FileNameDialog
          from={naming.rename}
          taken={draft.files.map((file) => file.path).filter((path) => path !== naming.rename)}
          onDone={name}
          onClose={() => setNaming(null)}
        />
      )}
    </nav>
  );
}

function AddFiles({ onNew, onUpload }: { onNew: () => void; onUpload: (files: File[]) => Promise<void> }) {
  return (
    <Group gap={2}>
      <Tooltip label="New file">
        <ActionIcon variant="subtle" color="gray" aria-label="New file" onClick={onNew}>
          <FilePlus size={16} />
        </ActionIcon>
      </Tooltip>
      <FileButton multiple onChange={(files) => void onUpload(files)} inputProps={{ "aria-label": "Files to upload" }}>
        {(props) => (
          <Tooltip label="Upload files or a zip archive, or drop them here">
            <ActionIcon variant="subtle" color="gray" aria-label="Upload files" {...props}>
              <Upload size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </FileButton>
    </Group>
  );
}

function FileMenu({ path, onRename, onDelete }: { path: string; onRename: () => void; onDelete: () => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Menu of ${path}`}>
          <Ellipsis size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onRename}>Rename</Menu.Item>
        <Menu.Item onClick={onDelete}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
