// Ids a client chooses so that a repeated command has no second effect (docs/protocol.md section 1).

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/** 22 characters of 6 random bits: new for each intention, kept over its retries. */
export function newCommandId() {
  return randomText(22);
}

/** @param {number} length characters */
export function randomText(length) {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte & 63]).join("");
}
