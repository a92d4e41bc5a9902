/** Environment variables as lines of text, and back. Pure. A break within a value, which only programs can make, is
 * shown as its picture: it would otherwise begin another variable. */

export type Parsed = { values: Record<string, string>; error: string | null };

/** `A=1\nB=x=y` -> `{A: "1", B: "x=y"}`; empty lines are left out. */
export function parseEnvironment(text: string): Parsed {
  const values: Record<string, string> = {};
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const at = line.indexOf("=");
    const name = line.slice(0, at).trim();
    if (at < 1 || !name) return { values, error: `Line ${index + 1} must look like NAME=value.` };
    if (name in values) return { values, error: `${name} is there twice.` };
    values[name] = line.slice(at + 1).replaceAll("␊", "\n").replaceAll("␍", "\r");
  }
  return { values, error: null };
}

export function environmentText(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value.replaceAll("\n", "␊").replaceAll("\r", "␍")}`)
    .join("\n");
}
