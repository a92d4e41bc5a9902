import { EditorView } from "@codemirror/view";
import { act, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { show } from "@/testing/fakes";
import { Editor } from "./editor";

const CRLF = "one\r\ntwo\r\nthree\r\n";
const view = () => EditorView.findFromDOM(screen.getByRole("textbox", { name: "Code" })) as EditorView;
const type = (at: number, insert: string, to = at) => act(() => view().dispatch({ changes: { from: at, to, insert } }));

/** As the pages use it: what is typed comes back as the value. */
function Held({ first, onChange }: { first: string; onChange: (text: string) => void }) {
  const [value, setValue] = useState(first);
  const change = (text: string) => {
    onChange(text);
    setValue(text);
  };
  return (
    <>
      <Editor path="main.py" value={value} label="Code" onChange={change} />
      <button onClick={() => setValue("other\r\nlines\r\n")}>From outside</button>
    </>
  );
}

test("a file with line ends of Windows is shown as it is, changed by nobody but the writer, and keeps its line ends", () => {
  const change = vi.fn();
  show(<Held first={CRLF} onChange={change} />);
  expect(view().state.doc.toString()).toBe("one\ntwo\nthree\n");
  expect(change).not.toHaveBeenCalled();
  type(3, "!\n");
  expect(change).toHaveBeenLastCalledWith("one!\r\n\r\ntwo\r\nthree\r\n");
  type(0, "x", view().state.doc.length);
  type(1, "\ny");
  expect(change).toHaveBeenLastCalledWith("x\r\ny");
});

test("what comes from outside is taken over and not told as a change", () => {
  const change = vi.fn();
  show(<Held first={CRLF} onChange={change} />);
  act(() => screen.getByRole("button", { name: "From outside" }).click());
  expect(view().state.doc.toString()).toBe("other\nlines\n");
  expect(change).not.toHaveBeenCalled();
});
