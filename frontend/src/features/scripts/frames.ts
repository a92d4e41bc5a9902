/** From a traceback's line to the file in the editor. Pure. */
import type { Place } from "@/blocks/code-editor/assistant";
import type { DraftFile } from "@/blocks/files/draft";

/** `/job/work/tools/read.py`, 12 -> `tools/read.py`, line 12; null where it is no file of the script. */
export function placeOf(files: readonly DraftFile[], path: string, line: number): Place | null {
  // The longest that fits: `read.py` and `tools/read.py` may both be there.
  const fitting = files.filter((file) => path === file.path || path.endsWith(`/${file.path}`));
  const [best] = fitting.sort((one, other) => other.path.length - one.path.length);
  return best ? { path: best.path, line, column: 0 } : null;
}
