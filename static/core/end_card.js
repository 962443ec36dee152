// The card at the end of a visit: outcome, note, message to the patient, follow-up. Each part can be left out. What is typed is
// kept in this tab until it is saved; each part goes out under an id of its own, so that trying again never does it twice.
import { batch, signal } from "../vendor/preact.js";
import { NetworkError } from "./api.js";
import { newCommandId } from "./command_id.js";
import { TypedWords } from "./typed_words.js";

/** @typedef {"message" | "follow_up" | "outcome"} CardPart */
/**
 * @typedef {object} CardDraft
 * @property {string} outcome
 * @property {string} note
 * @property {string} message
 * @property {string} way "": the first there is
 * @property {string} due days from today, `date`, or "": no follow-up
 * @property {string} day "2026-11-30", with `date`
 * @property {string} text what is to be done then
 * @property {Record<CardPart, string>} ids of the commands
 */
/** @typedef {{way: "home" | "link", shown: string | null}} Way */
/** `owner`: id of the user, whose drafts alone are taken up. @typedef {{owner: string, post: (path: string, body: Record<string, unknown>) => Promise<unknown>, storage: () => Pick<Storage, "getItem" | "setItem" | "removeItem"> | null, today?: () => Date}} CardPorts */
/** What is missing before anything is sent. @typedef {"follow_up_text" | "follow_up_day" | "no_way"} CardGap */

export const MAX_MESSAGE = 4_000;
export const MAX_TEXT = 200;
/** Days from today, as they are offered. */
export const DAYS = /** @type {const} */ (["1", "3", "7", "14", "28", "90"]);

/** What each field is sent with. @type {Partial<Record<keyof CardDraft, CardPart>>} */
const PART_OF = { message: "message", way: "message", due: "follow_up", day: "follow_up", text: "follow_up", outcome: "outcome", note: "outcome" };

/** @returns {CardDraft} */
function emptyDraft() {
  const ids = { message: newCommandId(), follow_up: newCommandId(), outcome: newCommandId() };
  return { outcome: "completed", note: "", message: "", way: "", due: "", day: "", text: "", ids };
}

/** Whether what was kept is a draft of today's form: another version of the page may have kept it. @param {Record<string, unknown>} kept */
function isDraft(kept) {
  const { ids, ...fields } = emptyDraft();
  const keptIds = /** @type {Record<string, unknown>} */ (kept.ids ?? {});
  return Object.keys(fields).every((name) => typeof kept[name] === "string") && Object.keys(ids).every((part) => typeof keptIds[part] === "string");
}

/** A day of the reader's calendar. @param {Date} date */
export function dayText(date) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The day a choice means, "" while it means none.
 * @param {{due: string, day: string}} choice
 * @param {Date} today
 */
export function dueDay({ due, day }, today) {
  if (due === "date") return /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : "";
  return due ? dayText(new Date(today.getFullYear(), today.getMonth(), today.getDate() + Number(due))) : "";
}

export class EndCard {
  /** @type {import("../vendor/preact.js").Signal<CardDraft>} */
  draft;
  busy = signal(false);
  /** What went wrong with which part; nothing after it was sent. @type {import("../vendor/preact.js").Signal<{part: CardPart, error: unknown} | null>} */
  fault = signal(null);
  /** @type {import("../vendor/preact.js").Signal<CardGap | null>} */
  gap = signal(null);
  /** Save was pressed and no network took it: the page saves it when there is one, unless something is typed meanwhile. */
  waits = signal(false);
  #sessionId;
  #ports;
  #typed;
  /** Whether something was typed since Save was pressed. */
  #edited = false;

  /** @param {string} sessionId @param {CardPorts} ports */
  constructor(sessionId, ports) {
    this.#sessionId = sessionId;
    this.#ports = ports;
    this.#typed = new TypedWords({ place: `end-card ${sessionId}`, owner: ports.owner, storage: ports.storage });
    this.draft = signal({ ...emptyDraft(), ...this.#kept() });
  }

  /** Whether there is something that leaving would put off. */
  get dirty() {
    const { note, message, text } = this.draft.value;
    return Boolean(note.trim() || message.trim() || text.trim());
  }

  /**
   * Other words are another command: under the id of one whose answer was lost the server would answer with what it has.
   * @param {Partial<CardDraft>} fields
   */
  set(fields) {
    this.#edited = true;
    this.#put(fields);
    this.waits.value = false; // Half a sentence does not go out by itself.
  }

  /** @param {Partial<CardDraft>} fields */
  #put(fields) {
    const before = this.draft.value;
    const ids = { ...before.ids };
    for (const [field, part] of /** @type {[keyof CardDraft, CardPart][]} */ (Object.entries(PART_OF))) {
      if (field in fields && fields[field] !== before[field]) ids[part] = newCommandId();
    }
    batch(() => {
      this.draft.value = { ...before, ids, ...fields };
      this.gap.value = null;
    });
    this.#typed.keep({ ...this.draft.value });
  }

  /**
   * Sends what is filled in: the message, the follow-up, and last the outcome, which ends the task. True when all is sent.
   * @param {Way[]} ways to this person
   */
  async save(ways) {
    this.gap.value = this.#missing(ways);
    if (this.busy.value || this.gap.value) return false;
    this.#edited = false;
    batch(() => {
      this.busy.value = true;
      this.fault.value = null;
    });
    for (const part of /** @type {CardPart[]} */ (["message", "follow_up", "outcome"])) {
      if (!(await this.#send(part, ways))) return this.#stop();
    }
    this.#typed.drop();
    batch(() => {
      this.busy.value = this.waits.value = false;
    });
    return true;
  }

  #stop() {
    this.busy.value = false;
    return false;
  }

  /** @param {CardPart} part @param {Way[]} ways */
  async #send(part, ways) {
    const request = this.#request(part, ways);
    if (!request) return true;
    const id = this.draft.value.ids[part];
    try {
      await this.#ports.post(`/sessions/${this.#sessionId}/${request.path}`, { ...request.body, command_id: id });
    } catch (error) {
      batch(() => {
        this.fault.value = { part, error };
        this.waits.value = error instanceof NetworkError && !this.#edited;
      });
      return false;
    }
    if (this.draft.value.ids[part] !== id) return false; // Other words stand there by now: they are not sent, and not wiped.
    this.#put({ ...request.after, ids: { ...this.draft.value.ids, [part]: newCommandId() } });
    return true;
  }

  /** @param {CardPart} part @param {Way[]} ways @returns {{path: string, body: Record<string, unknown>, after: Partial<CardDraft>} | null} */
  #request(part, ways) {
    const { outcome, note, message, way, text } = this.draft.value;
    if (part === "outcome") return { path: "complete", body: { outcome, ...(note.trim() ? { note } : {}) }, after: { note: "" } };
    if (part === "message") return message.trim() ? { path: "messages", body: { body: message.trim(), way: (ways.find((one) => one.way === way) ?? ways[0])?.way }, after: { message: "" } } : null;
    const day = dueDay(this.draft.value, this.#today());
    return day && text.trim() ? { path: "follow-ups", body: { due_on: day, text: text.trim() }, after: { due: "", day: "", text: "" } } : null;
  }

  /** @param {Way[]} ways @returns {CardGap | null} */
  #missing(ways) {
    const { message, due, text } = this.draft.value;
    if (message.trim() && !ways.length) return "no_way";
    if (due && !text.trim()) return "follow_up_text";
    if (text.trim() && !dueDay(this.draft.value, this.#today())) return "follow_up_day";
    return null;
  }

  #today() {
    return this.#ports.today?.() ?? new Date();
  }

  /** @returns {Partial<CardDraft>} */
  #kept() {
    const kept = this.#typed.load();
    return kept && isDraft(kept) ? kept : {};
  }
}
