/** A line of arguments as one types it, and back. The rules are a shell's: spaces part, quotes and backslash join. */

export type Split = { words: string[]; error: string | null };

/** `--name "Ada Lovelace" x\ y` -> `["--name", "Ada Lovelace", "x y"]`. An open quote is an error, in words. */
export function splitArguments(line: string): Split {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (sign === "\\" && quote !== "'" && at + 1 < line.length) {
      at += 1;
      word = (word ?? "") + line.charAt(at);
    } else if (quote) {
      if (sign === quote) quote = null;
      else word += sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      word ??= "";
    } else if (/\s/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + sign;
  }
  if (word !== null) words.push(word);
  return { words, error: quote ? `A quote (${quote}) is opened but not closed.` : null };
}

/** The line that splits into exactly these words. */
export function joinArguments(words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/[\\"]/g, "\\$&")}"`)).join(" ");
}
