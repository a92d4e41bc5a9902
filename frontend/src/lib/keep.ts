/** What a page wants to find again after its tab has died: kept in the browser's own database, by name.
 *
 * A browser that keeps nothing (a private window, a full disk) is no reason to fail: then nothing is found. */

const DATABASE = "scripter";
const STORE = "kept";

/** True once it is kept. */
export async function keep(name: string, value: unknown): Promise<boolean> {
  return (await quietly(async () => done((await store("readwrite")).put(value, name)))) !== undefined;
}

export async function kept<T>(name: string): Promise<T | null> {
  return ((await quietly(async () => done((await store("readonly")).get(name)))) as T | undefined) ?? null;
}

/** The names of all that is kept under names which begin so. */
export async function keptUnder(start: string): Promise<string[]> {
  const range = () => IDBKeyRange.bound(start, `${start}\uffff`);
  return ((await quietly(async () => done((await store("readonly")).getAllKeys(range())))) ?? []).map(String);
}

export async function forget(name: string): Promise<void> {
  await quietly(async () => done((await store("readwrite")).delete(name)));
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await done(opening);
  const transaction = database.transaction(STORE, mode);
  transaction.oncomplete = transaction.onerror = transaction.onabort = () => database.close();
  return transaction.objectStore(STORE);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's database does not answer."));
  });
}

async function quietly<T>(deed: () => Promise<T>): Promise<T | undefined> {
  try {
    return await deed();
  } catch {
    return undefined;
  }
}
