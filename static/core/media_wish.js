// Whether microphone and camera were on in this call, and whether only sound was wanted, kept for a reload of the page:
// one comes back as one was, and never louder.

/** @typedef {{microphone: boolean, camera: boolean, audioOnly: boolean}} MediaWish `audioOnly`: receives no pictures */
/** @typedef {Pick<Storage, "getItem" | "setItem">} KeyValue */

const KEY = "telemed-media-";

/** @returns {KeyValue | null} */
function tabStorage() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}

/** @param {string} sessionId @param {KeyValue | null} [storage] @returns {MediaWish | null} null: not in this call before */
export function recallWish(sessionId, storage = tabStorage()) {
  try {
    const stored = JSON.parse(storage?.getItem(KEY + sessionId) ?? "null");
    return stored ? { microphone: stored.microphone === true, camera: stored.camera === true, audioOnly: stored.audioOnly === true } : null;
  } catch {
    return null;
  }
}

/** @param {string} sessionId @param {MediaWish} wish @param {KeyValue | null} [storage] */
export function rememberWish(sessionId, { microphone, camera, audioOnly }, storage = tabStorage()) {
  try {
    storage?.setItem(KEY + sessionId, JSON.stringify({ microphone, camera, audioOnly }));
  } catch {
    // Without storage a reload begins as the device check left it.
  }
}
