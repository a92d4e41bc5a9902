/** How the lines of a file end. The editor knows one end only, and gives a file back the one that it came with. Pure. */

/** With the editor's own line ends. */
export function plain(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** The end that most lines have; null where the text has one line only. */
export function lineEnd(text: string): "\n" | "\r\n" | null {
  if (!text.includes("\r")) return text.includes("\n") ? "\n" : null;
  const all = text.split("\n").length - 1;
  if (all === 0) return null;
  return (text.split("\r\n").length - 1) * 2 > all ? "\r\n" : "\n";
}
