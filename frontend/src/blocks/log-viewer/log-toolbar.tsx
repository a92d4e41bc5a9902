/** The row above a log: time column, wrapping, copy, download. */
import { Button, Group, Menu, SegmentedControl, Switch, Text } from "@mantine/core";
import { Copy, Download } from "lucide-react";
import { bytes } from "@/lib/format";
import { toast } from "@/ui/toast";
import { logDownloadUrl, type LogOf } from "./api";
import { plain } from "./ansi";
import type { LogWindow } from "./log-window";
import classes from "./log.module.css";

export type TimeColumn = "off" | "clock" | "since";
export type LogPrefs = { time: TimeColumn; wrap: boolean };

type Props = { of: LogOf; view: LogWindow; size: number; prefs: LogPrefs; onPrefs: (prefs: LogPrefs) => void };

export function LogToolbar({ of, view, size, prefs, onPrefs }: Props) {
  const copy = async () => {
    await navigator.clipboard.writeText(view.lines.map((line) => plain(line.text)).join("\n") + "\n");
    toast(`Copied ${view.lines.length} lines.`);
  };
  return (
    <Group className={classes.toolbar} gap="xs" justify="space-between">
      <Group gap="sm">
        <SegmentedControl
          size="xs"
          aria-label="Time column"
          value={prefs.time}
          onChange={(time) => onPrefs({ ...prefs, time: time as TimeColumn })}
          data={[
            { value: "off", label: "No time" },
            { value: "clock", label: "Clock" },
            { value: "since", label: "Since start" },
          ]}
        />
        <Switch
          size="xs"
          label="Wrap"
          checked={prefs.wrap}
          onChange={(event) => onPrefs({ ...prefs, wrap: event.currentTarget.checked })}
        />
      </Group>
      <Group gap="xs">
        <Text size="xs" c="dimmed">
          {bytes(size)}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<Copy size={14} />}
          disabled={view.lines.length === 0}
          onClick={() => void copy()}
        >
          Copy
        </Button>
        <DownloadMenu of={of} />
      </Group>
    </Group>
  );
}

function DownloadMenu({ of }: { of: LogOf }) {
  return (
    <Menu>
      <Menu.Target>
        <Button size="compact-xs" variant="subtle" leftSection={<Download size={14} />}>
          Download
        </Button>
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
