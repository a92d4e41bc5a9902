/** Files chosen or dropped by the reader, as the API takes them. */
import type { NewFile } from "@/api/types";
import { asText, toBase64 } from "@/lib/base64";
import { unzip } from "@/lib/unzip";

/** Text stays text, anything else is sent as base64; of a zip archive its files are taken. */
export async function readFiles(files: Iterable<File>): Promise<NewFile[]> {
  return (await Promise.all(Array.from(files, readOne))).flat();
}

async function readOne(file: File): Promise<NewFile[]> {
  const data = new Uint8Array(await file.arrayBuffer());
  if (file.name.toLowerCase().endsWith(".zip")) return (await unzip(data)).map((entry) => asNewFile(entry.path, entry.data));
  return [asNewFile(file.name, data)];
}

function asNewFile(path: string, data: Uint8Array): NewFile {
  const text = asText(data);
  return text === null ? { path, content: toBase64(data), encoding: "base64" } : { path, content: text, encoding: "utf-8" };
}
