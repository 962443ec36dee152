// The staff note: saved by itself a second after the last keystroke, never over somebody else's words.
//
// Status:  loading -> saved <-> unsaved -> saving -> saved;  saving -> failed (tried again) | conflict (the person decides)
import { batch, signal } from "../vendor/preact.js";
import { ApiError } from "./api.js";
import { clock as realClock, singleTimer } from "./timers.js";

/** @typedef {"loading" | "saved" | "unsaved" | "saving" | "failed" | "conflict"} NoteStatus */
/** @typedef {{body: string, revision: number, updated_at: string | null}} StoredNote */
/** @typedef {{read: () => Promise<StoredNote>, write: (note: {body: string, revision: number}) => Promise<{revision: number, updated_at: string}>, clock?: import("./timers.js").Clock}} NotePorts */

export const MAX_NOTE = 20_000;
/** Milliseconds after the last keystroke. */
const SAVE_MS = 1_000;
const RETRY_MS = 5_000;

export class NoteDraft {
  body = signal("");
  /** @type {import("../vendor/preact.js").Signal<NoteStatus>} */
  status = signal("loading");
  /** @type {import("../vendor/preact.js").Signal<string | null>} */
  savedAt = signal(null);
  /** What stands on the server when both have changed. @type {import("../vendor/preact.js").Signal<string | null>} */
  theirs = signal(null);
  #revision = 0;
  #writing = false;
  #ports;
  #timer;

  /** @param {NotePorts} ports */
  constructor(ports) {
    this.#ports = ports;
    this.#timer = singleTimer(ports.clock ?? realClock);
  }

  /** Reads the note; a second call (the panel opened again) looks for newer words when nothing is unsaved. */
  async load() {
    if (this.status.value !== "loading" && this.status.value !== "saved") return;
    try {
      const note = await this.#ports.read();
      if (this.dirty) return; // The person was quicker.
      this.#adopt(note, note.body);
    } catch {
      this.#timer.set(RETRY_MS, () => void this.load());
    }
  }

  /** @param {string} body */
  edit(body) {
    batch(() => {
      this.body.value = body.slice(0, MAX_NOTE);
      if (this.status.value !== "conflict") this.status.value = "unsaved";
    });
    if (this.status.value === "unsaved") this.#timer.set(SAVE_MS, () => void this.save());
  }

  /** Saves now if there is something to save. */
  async save() {
    if (this.#writing || (this.status.value !== "unsaved" && this.status.value !== "failed")) return; // A running save looks again at its end.
    this.#timer.clear();
    this.#writing = true;
    const body = this.body.value;
    this.status.value = "saving";
    try {
      const { revision, updated_at } = await this.#ports.write({ body, revision: this.#revision });
      this.#revision = revision;
      this.savedAt.value = updated_at;
      if (this.body.value === body) this.status.value = "saved";
      else this.edit(this.body.value);
    } catch (error) {
      if (error instanceof ApiError && error.code === "note_changed") await this.#conflict();
      else this.#failed();
    } finally {
      this.#writing = false;
    }
  }

  /**
   * Ends a conflict.
   * @param {"mine" | "theirs" | "both"} choice
   */
  resolve(choice) {
    const theirs = this.theirs.value ?? "";
    const body = { mine: this.body.value, theirs, both: `${theirs}\n\n${this.body.value}` }[choice];
    batch(() => {
      this.theirs.value = null;
      this.status.value = choice === "theirs" ? "saved" : "unsaved";
      this.body.value = body.slice(0, MAX_NOTE);
    });
    if (choice !== "theirs") void this.save();
  }

  /** Whether leaving now would lose words. */
  get dirty() {
    return this.status.value !== "saved" && this.status.value !== "loading";
  }

  /** Saves what is unsaved and releases the timer. */
  end() {
    void this.save();
    this.#timer.clear();
  }

  async #conflict() {
    try {
      const note = await this.#ports.read();
      if (note.body === this.body.value) this.#adopt(note, note.body);
      else {
        this.#revision = note.revision;
        batch(() => {
          this.theirs.value = note.body;
          this.status.value = "conflict";
        });
      }
    } catch {
      this.#failed();
    }
  }

  #failed() {
    this.status.value = "failed";
    this.#timer.set(RETRY_MS, () => void this.save());
  }

  /** @param {StoredNote} note @param {string} body */
  #adopt(note, body) {
    this.#revision = note.revision;
    batch(() => {
      this.body.value = body;
      this.savedAt.value = note.updated_at;
      this.status.value = "saved";
    });
  }
}
