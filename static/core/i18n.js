// Translation: keys to sentences in the reader's language. Messages are ICU MessageFormat, of which we keep
// {name}, {n, plural, one {# day} other {# days}}, {kind, select, a {…} other {…}} and quoting with '{'.
import { format } from "./message_format.js";

/** @typedef {Record<string, string | number>} Values */

export const LANGUAGES = /** @type {const} */ (["en", "de"]);
const STORAGE_KEY = "telemed.language";

/** @type {Map<string, Record<string, string>>} */
const catalogues = new Map();
let current = "en";

/** Language tag in use: "en" or "de". */
export function language() {
  return current;
}

/** What the person chose before, else the first supported language of the browser, else English. */
export function preferredLanguage() {
  const wanted = [readStored(), ...(globalThis.navigator?.languages ?? [])];
  for (const tag of wanted) {
    const base = tag?.toLowerCase().split("-")[0] ?? "";
    if (LANGUAGES.some((known) => known === base)) return base;
  }
  return "en";
}

/**
 * Loads the catalogue of `tag` (default: preferred) and, beneath it, English for keys it may lack.
 * A page still works when this fails: `t` then answers the key.
 * @param {string} [tag]
 * @param {typeof fetch} [fetcher]
 * @returns {Promise<string>} the language in use
 */
export async function loadLanguage(tag = preferredLanguage(), fetcher = globalThis.fetch) {
  const wanted = tag === "en" ? ["en"] : [tag, "en"];
  await Promise.all(wanted.filter((name) => !catalogues.has(name)).map((name) => loadCatalogue(name, fetcher)));
  current = tag;
  return current;
}

/**
 * Loads and remembers a language the person chose.
 * @param {string} tag
 */
export async function chooseLanguage(tag) {
  try {
    globalThis.localStorage?.setItem(STORAGE_KEY, tag);
  } catch {
    // Storage may be denied; the choice then lasts as long as the page.
  }
  return loadLanguage(tag);
}

/**
 * Gives messages directly: tests, and pages that already hold them.
 * @param {string} tag
 * @param {Record<string, string>} messages
 */
export function addMessages(tag, messages) {
  catalogues.set(tag, { ...catalogues.get(tag), ...messages });
}

/**
 * The sentence for `key`, or the key itself when no catalogue has it.
 * @param {string} key
 * @param {Values} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const message = catalogues.get(current)?.[key] ?? catalogues.get("en")?.[key];
  return message === undefined ? key : format(message, values, current);
}

/**
 * Time of day in the reader's zone and order, "14:05".
 * @param {string | number | Date} at
 */
export function clockTime(at) {
  return new Intl.DateTimeFormat(current, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/**
 * How long ago or ahead, in words, under a day ("5 minutes ago"); else date and time.
 * @param {string | number | Date} at
 * @param {number} [now] milliseconds since the epoch
 */
export function relativeTime(at, now = Date.now()) {
  const minutes = Math.round((new Date(at).getTime() - now) / 60_000);
  const words = new Intl.RelativeTimeFormat(current, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return words.format(Math.round(minutes / 60), "hour");
  return new Intl.DateTimeFormat(current, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/**
 * A running time as 0:07, 12:05 or 1:02:03.
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** @param {string} tag @param {typeof fetch} fetcher */
async function loadCatalogue(tag, fetcher) {
  try {
    const response = await fetcher(`/static/i18n/${tag}.json`);
    if (response.ok) addMessages(tag, await response.json());
  } catch {
    // Offline at start: keys are shown, and the page says it is offline.
  }
}

function readStored() {
  try {
    return globalThis.localStorage?.getItem(STORAGE_KEY) ?? null;
  } catch {
    return null;
  }
}
