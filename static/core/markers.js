// Markers made during the live call: shown at once, saved behind, tried again when it did not work, taken back when it was a slip.
import { signal } from "../vendor/preact.js";
import { newCommandId } from "./command_id.js";

/** What a marker is about, the usual first. */
export const CATEGORIES = /** @type {const} */ (["moment", "finding", "decision", "question", "problem"]);
/** Milliseconds for the first try: the server's clock dates it, so it must not travel long. Later tries say when it was. */
const FIRST_MS = 5_000;
/** More than anybody makes in a call; the oldest saved ones leave the list, not the recording. */
const MAX_LISTED = 100;

/** @typedef {typeof CATEGORIES[number]} Category */
/** @typedef {{id: string, start_ms: number, revision?: number}} SavedMarker */
/** @typedef {{category: Category, text: string}} Words */
/**
 * @typedef {object} LiveMarker
 * @property {string} key
 * @property {string} recordingId
 * @property {number} at milliseconds since the epoch, by this device
 * @property {number | null} startMs on the recording's clock, as far as known
 * @property {Category} category
 * @property {string} text
 * @property {"saving" | "saved" | "failed"} status
 * @property {SavedMarker | null} saved
 */
/**
 * @typedef {object} MarkerPorts
 * @property {(fields: Record<string, unknown>, options: {commandId: string, giveUpAfter?: number}) => Promise<Record<string, any>>} send command `recording_marker`
 * @property {(marker: LiveMarker, words: Words) => Promise<Record<string, any>>} change of a saved one
 * @property {(marker: LiveMarker) => Promise<unknown>} remove a saved one
 * @property {() => number} [now] milliseconds since the epoch
 */

export class LiveMarkers {
  /** Newest first. @type {import("../vendor/preact.js").Signal<LiveMarker[]>} */
  list = signal([]);
  #ports;
  #now;
  /** What the server has of each, by key: the words, and whether it was sent before. @type {Map<string, {commandId: string, tried: boolean, words: Words | null, busy: boolean}>} */
  #sent = new Map();

  /** @param {MarkerPorts} ports */
  constructor(ports) {
    this.#ports = ports;
    this.#now = ports.now ?? Date.now;
  }

  /**
   * Marks this moment.
   * @param {{id: string, startedAt: string | null}} recording
   * @returns {string} its key
   */
  add({ id, startedAt }) {
    const [key, at] = [newCommandId(), this.#now()];
    const startMs = startedAt ? Math.max(0, at - Date.parse(startedAt)) : null;
    this.#sent.set(key, { commandId: newCommandId(), tried: false, words: null, busy: false });
    /** @type {LiveMarker} */
    const marker = { key, recordingId: id, at, startMs, category: CATEGORIES[0], text: "", status: "saving", saved: null };
    this.list.value = [marker, ...this.list.value].slice(0, MAX_LISTED);
    void this.#save(key);
    return key;
  }

  /** Says more of it. @param {string} key @param {Partial<Words>} words */
  describe(key, words) {
    this.#put(key, words);
    void this.#save(key);
  }

  /** @param {string} key */
  retry(key) {
    return this.#save(key);
  }

  /** The connection is back: what failed goes out again. */
  retryAll() {
    for (const { key, status } of this.list.value) if (status === "failed") void this.#save(key);
  }

  /** Takes it back, here at once. Rejects, with the marker back in its place, when the server could not. @param {string} key */
  async undo(key) {
    const marker = this.#of(key);
    if (!marker) return;
    this.list.value = this.list.value.filter((one) => one.key !== key);
    if (!this.#sent.get(key)?.busy) await this.#remove(marker); // Else #save finds it gone.
  }

  /** @param {LiveMarker} marker */
  async #remove(marker) {
    try {
      // One that failed may have arrived all the same: asked for again under its id, it has a name to be removed by.
      const saved = marker.saved ?? (await this.#send(marker)).marker;
      await this.#ports.remove({ ...marker, saved });
    } catch (error) {
      this.list.value = [...this.list.value, marker].sort((a, b) => b.at - a.at);
      throw error;
    }
  }

  /** @param {string} key */
  #of(key) {
    return this.list.value.find((one) => one.key === key) ?? null;
  }

  /** @param {string} key @param {Partial<LiveMarker>} change */
  #put(key, change) {
    this.list.value = this.list.value.map((one) => (one.key === key ? { ...one, ...change } : one));
  }

  /** Brings the server to what is shown here; one request at a time for each marker. @param {string} key */
  async #save(key) {
    const sent = this.#sent.get(key);
    if (!sent || sent.busy) return undefined;
    sent.busy = true;
    try {
      for (let marker = this.#of(key); marker && !this.#isKept(marker, sent.words); marker = this.#of(key)) {
        this.#put(key, { status: "saving" });
        const words = { category: marker.category, text: marker.text.trim() };
        const answer = marker.saved ? await this.#ports.change(marker, words) : await this.#send(marker);
        const saved = /** @type {SavedMarker} */ ({ ...marker.saved, ...answer.marker });
        sent.words = words;
        if (!this.#of(key)) return await this.#remove({ ...marker, saved });
        this.#put(key, { saved, startMs: saved.start_ms });
      }
      this.#put(key, { status: "saved" });
      return undefined;
    } catch {
      return this.#put(key, { status: "failed" });
    } finally {
      sent.busy = false;
    }
  }

  /** @param {LiveMarker} marker @param {Words | null} words what the server has */
  #isKept(marker, words) {
    return marker.saved !== null && words !== null && words.category === marker.category && words.text === marker.text.trim();
  }

  /** @param {LiveMarker} marker */
  #send(marker) {
    const sent = this.#sent.get(marker.key);
    const [commandId, text, tried] = [sent?.commandId ?? newCommandId(), marker.text.trim(), sent?.tried ?? true];
    if (sent) sent.tried = true;
    const late = tried && marker.startMs !== null ? { at_ms: marker.startMs } : {};
    const fields = { recording_id: marker.recordingId, category: marker.category, ...(text ? { text } : {}), ...late };
    return this.#ports.send(fields, tried ? { commandId } : { commandId, giveUpAfter: FIRST_MS });
  }
}
