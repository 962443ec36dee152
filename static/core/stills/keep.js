// The picture being sent, kept on this device until it is there: a page that was loaded again goes on. Removed when it ended, however.

const [BASE, STORE] = ["telemed-stills", "sending"];

/** @typedef {{id: string, blob: Blob, url: string, kind: string, at: number}} Kept `id`: of the still; `at`: milliseconds since the epoch */

/** Milliseconds after which what is left is removed: the server has given it up by then. */
const LIFE_MS = 24 * 3_600_000;

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((done, failed) => {
    const request = globalThis.indexedDB.open(BASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T | null>} null where the browser keeps nothing (private windows)
 */
async function within(mode, work) {
  try {
    const base = await opened();
    try {
      return await new Promise((done, failed) => {
        const request = work(base.transaction(STORE, mode).objectStore(STORE));
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    } finally {
      base.close();
    }
  } catch {
    return null;
  }
}

/** @param {Kept} kept */
export const keep = (kept) => within("readwrite", (store) => store.put(kept));

/** @param {string} id */
export const forget = (id) => within("readwrite", (store) => store.delete(id));

/** What was being sent, and removes what is too old to be. @param {string} id @returns {Promise<Kept | null>} */
export async function recall(id) {
  /** @type {Kept[]} */
  const all = (await within("readonly", (store) => store.getAll())) ?? [];
  for (const old of all.filter((one) => Date.now() - one.at > LIFE_MS)) await forget(old.id);
  return all.find((one) => one.id === id) ?? null;
}
