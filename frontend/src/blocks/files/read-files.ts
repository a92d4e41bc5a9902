/** Files chosen or dropped by the reader, as the API takes them. */
import type { NewFile } from "@/api/types";
import { asText, toBase64 } from "@/lib/base64";

/** Text stays text; anything else is sent as base64. Names keep the folder when a folder was chosen. */
export async function readFiles(files: Iterable<File>): Promise<NewFile[]> {
  return Promise.all(Array.from(files, readOne));
}

async function readOne(file: File): Promise<NewFile> {
  const data = new Uint8Array(await file.arrayBuffer());
  const path = file.webkitRelativePath || file.name;
  const text = asText(data);
  return text === null ? { path, content: toBase64(data), encoding: "base64" } : { path, content: text, encoding: "utf-8" };
}
