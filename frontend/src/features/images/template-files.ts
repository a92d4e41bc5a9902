/** The files of a template as a new image begins with them. Pure. */
import type { FileBody, NewFile } from "@/api/types";

const REQUIREMENTS = "requirements.txt";

/** What stands in its requirements.txt. */
export function packagesOf(files: readonly FileBody[]): string {
  return files.find(({ path }) => path === REQUIREMENTS)?.content.trim() ?? "";
}

export function withPackages(files: readonly FileBody[], packages: string): NewFile[] {
  const lines = packages.trim();
  return files.map(({ path, content, encoding }) => ({
    path,
    content: path !== REQUIREMENTS ? content : lines ? `${lines}\n` : "",
    encoding,
  }));
}
