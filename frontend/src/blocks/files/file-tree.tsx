/** The files as a tree, for the mouse and for the keyboard: arrows, Enter, F2 to rename, Delete. */
import { ActionIcon, Menu } from "@mantine/core";
import { ChevronDown, ChevronRight, Ellipsis } from "lucide-react";
import { useEffect, useRef, type DragEvent, type KeyboardEvent } from "react";
import classes from "./files.module.css";
import type { TreeRow } from "./tree";
import type { DraftHandle } from "./use-draft";
import type { TreeHandle } from "./use-tree";

/** Marks what is dragged as a row of this tree, and not as a file from outside. */
export const DRAGGED = "application/x-scripter-path";

type Props = { handle: DraftHandle; tree: TreeHandle; readOnly: boolean; onOpened: () => void };

export function FileTree({ handle, tree, readOnly, onOpened }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const reach = (path: string) => list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  const focus = (row: TreeRow | undefined) => {
    if (!row) return;
    tree.setFocused(row.path);
    reach(row.path);
  };
  const { wanted } = tree;
  useEffect(() => {
    if (wanted) reach(wanted.path);
  }, [wanted]);
  const open = (row: TreeRow) => {
    tree.open(row);
    if (row.kind === "file") onOpened();
  };
  const press = (event: KeyboardEvent, row: TreeRow) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const deed = keyDeed(event.key, row, tree, readOnly, focus, open);
    if (!deed) return;
    event.preventDefault();
    deed();
  };
  return (
    <div ref={list} role="tree" aria-label="Files" className={classes.tree}>
      {tree.rows.map((row) => (
        <Row key={row.path} row={row} handle={handle} tree={tree} readOnly={readOnly} onPress={press} onOpen={open} />
      ))}
    </div>
  );
}

type Deed = (() => void) | undefined;

function keyDeed(
  key: string,
  row: TreeRow,
  tree: TreeHandle,
  readOnly: boolean,
  focus: (row: TreeRow | undefined) => void,
  open: (row: TreeRow) => void,
): Deed {
  const at = tree.rows.indexOf(row);
  const folder = row.kind === "folder";
  const parent = () => focus(tree.rows.slice(0, at).findLast((one) => one.level < row.level));
  const mayChange = !readOnly && !tree.fixed(row.path);
  const deeds: Record<string, Deed> = {
    ArrowDown: () => focus(tree.rows[at + 1]),
    ArrowUp: () => focus(tree.rows[at - 1]),
    Home: () => focus(tree.rows[0]),
    End: () => focus(tree.rows.at(-1)),
    ArrowRight: folder ? () => (row.open ? focus(tree.rows[at + 1]) : tree.toggle(row.path, true)) : undefined,
    ArrowLeft: folder && row.open ? () => tree.toggle(row.path, false) : parent,
    Enter: () => open(row),
    " ": () => open(row),
    F2: mayChange ? () => tree.askName(row) : undefined,
    Delete: mayChange ? () => tree.remove(row.path) : undefined,
  };
  return deeds[key];
}

type RowProps = {
  row: TreeRow;
  handle: DraftHandle;
  tree: TreeHandle;
  readOnly: boolean;
  onPress: (event: KeyboardEvent, row: TreeRow) => void;
  onOpen: (row: TreeRow) => void;
};

function Row({ row, handle, tree, readOnly, onPress, onOpen }: RowProps) {
  const { path, kind, level } = row;
  const selected = path === handle.draft.selected;
  const mayChange = !readOnly && !tree.fixed(path);
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-expanded={kind === "folder" ? row.open : undefined}
      aria-selected={selected}
      aria-label={handle.changed.has(path) ? `${row.name} (not saved)` : row.name}
      tabIndex={path === tree.current?.path ? 0 : -1}
      data-path={path}
      className={classes.file}
      style={{ paddingLeft: `${0.5 + (level - 1) * 0.85}rem` }}
      onClick={() => onOpen(row)}
      onKeyDown={(event) => onPress(event, row)}
      onFocus={(event) => event.target === event.currentTarget && tree.setFocused(path)}
      {...dragging(row, tree, readOnly)}
    >
      <span className={classes.twist} aria-hidden>
        {kind === "folder" && (row.open ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
      </span>
      <span className={classes.name}>{row.name}</span>
      {handle.changed.has(path) && <span className={classes.mark} title="Not saved yet" />}
      {mayChange ? <RowMenu row={row} tree={tree} /> : <span className={classes.noMenu} />}
    </div>
  );
}

function dragging(row: TreeRow, tree: TreeHandle, readOnly: boolean) {
  if (readOnly) return {};
  return {
    draggable: !tree.fixed(row.path),
    onDragStart: (event: DragEvent) => event.dataTransfer.setData(DRAGGED, row.path),
    onDrop: (event: DragEvent) => {
      const path = event.dataTransfer.getData(DRAGGED);
      if (!path) return;
      event.preventDefault();
      event.stopPropagation();
      tree.drop(path, row.kind === "folder" ? row.path : row.path.split("/").slice(0, -1).join("/"));
    },
  };
}

function RowMenu({ row, tree }: { row: TreeRow; tree: TreeHandle }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          // The keyboard has F2 and Delete; a stop at every row would be in the way.
          tabIndex={-1}
          className={classes.rowMenu}
          aria-label={`Menu of ${row.path}`}
          onClick={(event) => event.stopPropagation()}
        >
          <Ellipsis size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()}>
        <Menu.Item rightSection={<small>F2</small>} onClick={() => tree.askName(row)}>
          Rename or move
        </Menu.Item>
        <Menu.Item rightSection={<small>Del</small>} onClick={() => tree.remove(row.path)}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
