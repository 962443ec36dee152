// Moments in addresses: `#t=754.5`, `#t=12:34`, `#t=1:02:03`. A fragment never reaches a server or its log.

/** hours:minutes:seconds, hours and minutes optional, parts of a second allowed. */
const TIME = /^(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6}(?:\.\d{1,3})?)$/;

/**
 * @param {string} hash location.hash
 * @returns {number | null} milliseconds
 */
export function momentOf(hash) {
  const value = new URLSearchParams(hash.replace(/^#/, "")).get("t");
  const found = value === null ? null : TIME.exec(value);
  if (!found) return null;
  const [, hours = "0", minutes = "0", seconds = "0"] = found;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

/**
 * @param {number} ms
 * @returns {string} fragment that opens the moment, to a tenth of a second
 */
export function hashOf(ms) {
  const seconds = Math.max(0, Math.round(ms / 100) / 10);
  return `#t=${seconds}`;
}
