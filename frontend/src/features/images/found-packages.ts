/** Which packages of a built image the table shows. Pure. */
import type { BuildContents } from "@/api/types";

export type Shown = "python" | "system" | "all";
type Packages = BuildContents["packages"];

/** Those of the kind whose name holds the text; `-`, `_` and `.` are the same in names, as for pip. */
export function found(packages: Packages, query: string, kind: Shown): Packages {
  const wanted = alike(query.trim());
  return packages.filter((one) => (kind === "all" || one.kind === kind) && alike(one.name).includes(wanted));
}

function alike(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
