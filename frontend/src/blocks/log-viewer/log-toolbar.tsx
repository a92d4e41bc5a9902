/** The row above a log: search, then time column, wrapping, copy, download. */
import { ActionIcon, Menu, Text, Tooltip } from "@mantine/core";
import { Check, Clock, Copy, Download, WrapText } from "lucide-react";
import type { ReactNode } from "react";
import { bytes } from "@/lib/format";
import { logDownloadUrl, type LogOf } from "./api";
import classes from "./log.module.css";

export type TimeColumn = "off" | "clock" | "since";
export type LogPrefs = { time: TimeColumn; wrap: boolean };

export const TIMES: { value: TimeColumn; label: string }[] = [
  { value: "off", label: "No times" },
  { value: "clock", label: "Clock" },
  { value: "since", label: "Since the start" },
];

type Props = {
  of: LogOf;
  size: number;
  prefs: LogPrefs;
  onPrefs: (prefs: LogPrefs) => void;
  /** Nothing has been printed that could be copied. */
  empty: boolean;
  /** What the button copies now. */
  copies: string;
  onCopy: () => void;
  search: ReactNode;
};

export function LogToolbar({ of, size, prefs, onPrefs, empty, copies, onCopy, search }: Props) {
  return (
    <div className={classes.toolbar}>
      {search}
      <div className={classes.tools}>
        <Text size="xs" c="dimmed" className={classes.size}>
          {bytes(size)}
        </Text>
        <TimeMenu value={prefs.time} onChange={(time) => onPrefs({ ...prefs, time })} />
        <Tool
          label={prefs.wrap ? "Long lines are wrapped (w)" : "Long lines are not wrapped (w)"}
          name="Wrap"
          pressed={prefs.wrap}
          onClick={() => onPrefs({ ...prefs, wrap: !prefs.wrap })}
        >
          <WrapText size={16} aria-hidden />
        </Tool>
        <Tool label={copies} name="Copy" disabled={empty} onClick={onCopy}>
          <Copy size={15} aria-hidden />
        </Tool>
        <DownloadMenu of={of} />
      </div>
    </div>
  );
}

type ToolProps = { label: string; name: string; pressed?: boolean; disabled?: boolean; onClick?: () => void; children: ReactNode };

function Tool({ label, name, pressed, disabled, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={28}
        variant={pressed ? "light" : "subtle"}
        color={pressed ? undefined : "gray"}
        aria-label={name}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function TimeMenu({ value, onChange }: { value: TimeColumn; onChange: (value: TimeColumn) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={28} variant={value === "off" ? "subtle" : "light"} color={value === "off" ? "gray" : undefined} aria-label="Times">
          <Clock size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {TIMES.map((time) => (
          <Menu.Item
            key={time.value}
            role="menuitemradio"
            aria-checked={time.value === value}
            rightSection={time.value === value && <Check size={14} aria-hidden />}
            onClick={() => onChange(time.value)}
          >
            {time.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function DownloadMenu({ of }: { of: LogOf }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={28} variant="subtle" color="gray" aria-label="Download">
          <Download size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {of.section && <Menu.Label>The whole log, all attempts</Menu.Label>}
        <Menu.Item component="a" href={logDownloadUrl(of, true)} download>
          Only what was printed
        </Menu.Item>
        <Menu.Item component="a" href={logDownloadUrl(of, false)} download>
          With times and streams
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
