/** The first lines of a file as the editor will show them, to read while the editor's code is on its way. */
import code from "./code.module.css";
import type { EditorProps } from "./editor";
import { plain } from "./line-ends";
import classes from "./preview.module.css";

/** More than any screen shows. */
const MOST = 150;

export function Preview({ value, readOnly, assistant }: EditorProps) {
  const lines = plain(value).split("\n", MOST);
  return (
    <div className={`${code.code} ${classes.preview}`} role="status" aria-label="Loading the editor">
      <div className={classes.text} aria-hidden="true">
        <pre className={classes.numbers} data-beside-problems={Boolean(assistant?.problems)}>{lines.map((_, index) => index + 1).join("\n")}</pre>
        <pre className={classes.lines}>{lines.join("\n")}</pre>
      </div>
      {!readOnly && <div className={classes.status} />}
    </div>
  );
}
