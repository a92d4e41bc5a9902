/** A field whose text becomes a filter once the typing rests: each text that it tells is a question to the server. */
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

const REST_MS = 250;

/** `text`: what is in force. It replaces what is typed when it was changed elsewhere, such as by clearing all filters. */
export function SearchField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const [told, setTold] = useState(text);
  const [seen, setSeen] = useState(text);
  const tell = useDebouncedCallback((next: string) => {
    setTold(next);
    onChange(next);
  }, REST_MS);
  if (text !== seen) {
    setSeen(text);
    if (text !== told) {
      setTyped(text);
      setTold(text);
    }
  }
  return (
    <TextInput
      label="Search"
      placeholder="name, words, script"
      value={typed}
      maxLength={200}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      style={{ flex: "1 1 9rem" }}
      maw={260}
    />
  );
}
