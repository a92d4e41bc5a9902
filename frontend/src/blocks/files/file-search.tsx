/** Search in all files: what was found, file by file, each line a way to its place. */
import { Checkbox, Text, TextInput } from "@mantine/core";
import { useDeferredValue, useMemo, useState } from "react";
import { plural } from "@/lib/format";
import classes from "./files.module.css";
import { searchFiles, type FileHit, type Found } from "./search-files";
import type { DraftHandle } from "./use-draft";

export function FileSearch({ handle, onOpened }: { handle: DraftHandle; onOpened: () => void }) {
  const [wanted, setWanted] = useState("");
  const [matchCase, setMatchCase] = useState(false);
  const sought = useDeferredValue(wanted);
  const { files } = handle.draft;
  const found = useMemo(() => searchFiles(files, sought, matchCase), [files, sought, matchCase]);
  const go = (path: string, { line, column }: FileHit) => {
    handle.goTo({ path, line, column });
    onOpened();
  };
  return (
    <div className={classes.search}>
      <TextInput
        size="xs"
        aria-label="Search in files"
        placeholder="Search in files"
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
        autoFocus
        spellCheck={false}
        autoComplete="off"
      />
      <Checkbox size="xs" label="Match case" checked={matchCase} onChange={(event) => setMatchCase(event.currentTarget.checked)} />
      <Text size="xs" c="dimmed" role="status">
        {sought ? summary(found) : "Type to search."}
      </Text>
      <ul className={classes.hits} aria-label="Hits">
        {found.files.map(({ path, hits }) => (
          <li key={path}>
            <div className={classes.hitFile}>{path}</div>
            {hits.map((hit) => (
              <button key={`${hit.line}:${hit.column}`} type="button" onClick={() => go(path, hit)}>
                <span className={classes.hitLine}>{hit.line}</span>
                <span>
                  {hit.text.slice(0, hit.from).trimStart()}
                  <mark>{hit.text.slice(hit.from, hit.to)}</mark>
                  {hit.text.slice(hit.to)}
                </span>
              </button>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

function summary({ count, files, cut }: Found): string {
  if (count === 0) return "Nothing found.";
  return `${cut ? "The first " : ""}${plural(count, "hit")} in ${plural(files.length, "file")}`;
}
