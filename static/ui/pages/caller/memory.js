/** What a caller's page keeps for a reload, in the tab alone: how far one was, and what was done already. No place, no name, no token. */

const KEY = "telemed-caller-";

/** @typedef {{begun: boolean, silent: boolean, skippedWhere: boolean, skippedCamera: boolean, language: string, done: string[]}} Memory `done`: ids of instructions; `language`: of the quick phrases */

/** @type {Memory} */
const NOTHING = { begun: false, silent: false, skippedWhere: false, skippedCamera: false, language: "", done: [] };
/** Instructions of one call beyond this are long past. */
const MOST_DONE = 100;

/** @param {string} sessionId @returns {Memory} */
export function recall(sessionId) {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY + sessionId) ?? "{}");
    const known = Object.entries(NOTHING).filter(([key, value]) => typeof stored[key] === typeof value && Array.isArray(stored[key]) === Array.isArray(value));
    return { ...NOTHING, ...Object.fromEntries(known.map(([key]) => [key, stored[key]])) };
  } catch {
    return { ...NOTHING };
  }
}

/** @param {string} sessionId @param {Memory} memory */
export function remember(sessionId, memory) {
  try {
    sessionStorage.setItem(KEY + sessionId, JSON.stringify({ ...memory, done: memory.done.slice(-MOST_DONE) }));
  } catch {
    // Without storage a reload begins at the first step.
  }
}

/** Leaves no trace in the tab. */
export function forgetAll() {
  try {
    sessionStorage.clear();
  } catch {
    // Then there is none.
  }
}
