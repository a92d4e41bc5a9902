/** What opens the palette for those who do not know its keys: wide where there is room, a sign on a phone. */
import { ActionIcon, Button } from "@mantine/core";
import { Search } from "lucide-react";
import { Keys } from "./keys";
import classes from "./shell.module.css";

export function SearchButton({ onClick }: { onClick: () => void }) {
  return (
    <>
      <Button
        variant="default"
        size="xs"
        visibleFrom="sm"
        className={classes.search}
        classNames={{ label: classes.searchLabel }}
        leftSection={<Search size={14} aria-hidden />}
        onClick={onClick}
        aria-haspopup="dialog"
      >
        Search or do
        <Keys keys="Mod+K" />
      </Button>
      <ActionIcon variant="subtle" color="gray" hiddenFrom="sm" onClick={onClick} aria-label="Search or do" aria-haspopup="dialog">
        <Search size={18} />
      </ActionIcon>
    </>
  );
}
