/** Opens a zip archive in the browser, so that what is in it can be looked at before it is saved. */

export type Entry = { path: string; data: Uint8Array };

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;
/** More than any set of script files needs; a small archive can unfold to anything. */
const LARGEST_BYTES = 50 * 1024 * 1024;

/** The files of the archive, folders left out. Raises an Error in plain words when it cannot be read. */
export async function unzip(archive: Uint8Array): Promise<Entry[]> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  let at = view.getUint32(end + 16, true);
  let total = 0;
  const entries: Entry[] = [];
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new Error("The zip archive is damaged.");
    const header = readHeader(view, archive, at);
    total += header.size;
    if (total > LARGEST_BYTES) throw new Error("The zip archive holds more than 50 MB.");
    if (!header.path.endsWith("/")) entries.push({ path: header.path, data: await unfold(view, archive, header) });
    at = header.next;
  }
  return entries;
}

type Header = { path: string; method: number; packed: number; size: number; offset: number; next: number };

/** The directory stands at the end, behind it only a comment of at most 64 kB. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw new Error("This is not a zip archive.");
}

function readHeader(view: DataView, archive: Uint8Array, at: number): Header {
  const nameLength = view.getUint16(at + 28, true);
  const rest = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  return {
    path: new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength)),
    method: view.getUint16(at + 10, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    next: at + 46 + nameLength + rest,
  };
}

async function unfold(view: DataView, archive: Uint8Array, header: Header): Promise<Uint8Array> {
  const start = header.offset + 30 + view.getUint16(header.offset + 26, true) + view.getUint16(header.offset + 28, true);
  const packed = archive.slice(start, start + header.packed);
  if (header.method === STORED) return packed;
  if (header.method !== DEFLATED) throw new Error(`${header.path} in the zip archive is packed in a way that is not known here.`);
  const unfolder = new DecompressionStream("deflate-raw");
  const writer = unfolder.writable.getWriter();
  // A broken archive fails at both ends; it is told at the one that is read.
  void writer.write(packed).catch(() => undefined);
  void writer.close().catch(() => undefined);
  return readAll(unfolder.readable, header);
}

/** Not more than the directory promised: that is what was counted against the limit. */
async function readAll(stream: ReadableStream<Uint8Array>, { path, size }: Header): Promise<Uint8Array> {
  const data = new Uint8Array(size);
  let at = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (at + part.value.length > size) throw new Error(`${path} in the zip archive is damaged.`);
    data.set(part.value, at);
    at += part.value.length;
  }
  if (at !== size) throw new Error(`${path} in the zip archive is damaged.`);
  return data;
}
