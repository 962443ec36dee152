// What has been typed into a form of staff and is not sent yet, kept in this tab alone: a reload, or a browser that drops the page to
// save memory, loses none of it. One draft for each place (a form and whom it is about). Nobody gets another person's.

/** Every key of it, so that signing out finds them all. */
const PREFIX = "telemed-typed-";
/** Drafts at once: the one that nobody touched longest gives way. */
export const MOST = 20;
/** Characters of one draft, as it is stored; a longer one is not kept. */
export const LONGEST = 40_000;

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Tab */
/** @typedef {{place: string, owner: string, storage: () => Tab | null, now?: () => number}} TypedPorts `owner`: id of the user */

/** @param {object} storage */
function keysOf(storage) {
  return Object.keys(storage).filter((key) => key.startsWith(PREFIX));
}

/** When a draft was touched last; 0: nobody knows. @param {string | null} text */
function touchedAt(text) {
  try {
    return Number(JSON.parse(text ?? "{}").at) || 0;
  } catch {
    return 0;
  }
}

export class TypedWords {
  #key;
  #ports;

  /** @param {TypedPorts} ports */
  constructor(ports) {
    this.#key = PREFIX + ports.place;
    this.#ports = ports;
  }

  /** What this person typed here; null: nothing. What somebody else typed goes at once. @returns {Record<string, unknown> | null} */
  load() {
    try {
      const { owner, draft } = JSON.parse(this.#ports.storage()?.getItem(this.#key) ?? "{}");
      if (owner === this.#ports.owner && draft && typeof draft === "object") return draft;
    } catch {
      // Broken: as none.
    }
    this.drop();
    return null;
  }

  /** @param {Record<string, unknown>} draft */
  keep(draft) {
    const text = JSON.stringify({ owner: this.#ports.owner, at: (this.#ports.now ?? Date.now)(), draft });
    try {
      const storage = this.#ports.storage();
      if (!storage || text.length > LONGEST) return this.drop();
      this.#makeRoom(storage);
      storage.setItem(this.#key, text);
    } catch {
      // Denied or full: then a reload begins anew.
    }
  }

  drop() {
    try {
      this.#ports.storage()?.removeItem(this.#key);
    } catch {
      // Nothing was kept either.
    }
  }

  /** @param {Tab} storage */
  #makeRoom(storage) {
    const others = keysOf(storage).filter((key) => key !== this.#key);
    const age = (/** @type {string} */ key) => touchedAt(storage.getItem(key));
    others.sort((one, other) => age(other) - age(one)).slice(MOST - 1).forEach((key) => storage.removeItem(key));
  }
}

/** Somebody else may use this browser next. @param {Pick<Storage, "removeItem">} storage */
export function forgetTyped(storage) {
  for (const key of keysOf(storage)) storage.removeItem(key);
}
