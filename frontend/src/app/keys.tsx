/** A key, or several one after the other, as they are printed on a keyboard. */
import { Kbd } from "@mantine/core";
import { Fragment } from "react";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `g s` -> two keys; `Mod+S` -> Ctrl (on a Mac Command) and S together; `G` -> Shift and G together. */
export function Keys({ keys }: { keys: string }) {
  const spelt = /^[A-Z]$/.test(keys) ? `Shift+${keys}` : keys;
  const parts = spelt.split(/[ +]/);
  return (
    <span>
      {parts.map((key, index) => (
        <Fragment key={index}>
          {index > 0 && (spelt.includes("+") ? " + " : " then ")}
          <Kbd size="xs">{key === "Mod" ? (IS_MAC ? "⌘" : "Ctrl") : key}</Kbd>
        </Fragment>
      ))}
    </span>
  );
}
