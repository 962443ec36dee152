// What a person chose on this device, kept in localStorage when the browser allows it and in memory otherwise. No names, nothing medical.
import { randomText } from "./command_id.js";

const PREFS_KEY = "telemed.media";
const DEVICE_KEY = "telemed.device";

/**
 * @typedef {object} MediaPrefs
 * @property {string} microphoneId "" = the system's choice
 * @property {string} cameraId
 * @property {string} speakerId
 * @property {boolean} sounds arrival and the like
 * @property {boolean} shortcuts single-key shortcuts; off until turned on (WCAG 2.1.4)
 * @property {"contain" | "cover"} fit whole picture, or fill the tile
 * @property {boolean} mirror own camera as in a mirror
 * @property {"top-left" | "top-right" | "bottom-left" | "bottom-right"} corner of the own picture
 */

/** @type {MediaPrefs} */
const DEFAULTS = { microphoneId: "", cameraId: "", speakerId: "", sounds: true, shortcuts: false, fit: "contain", mirror: true, corner: "bottom-right" };

/** The part of localStorage we use. @typedef {Pick<Storage, "getItem" | "setItem">} KeyValue */

/** @returns {KeyValue | null} */
export function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // Denied by the browser's settings.
  }
}

/** @param {KeyValue | null} [storage] @returns {MediaPrefs} */
export function loadPrefs(storage = browserStorage()) {
  try {
    /** @type {Record<string, unknown>} */
    const stored = JSON.parse(storage?.getItem(PREFS_KEY) ?? "{}");
    const known = Object.entries(DEFAULTS).filter(([key, value]) => typeof stored[key] === typeof value);
    return { ...DEFAULTS, ...Object.fromEntries(known.map(([key]) => [key, stored[key]])) };
  } catch {
    return { ...DEFAULTS };
  }
}

/** @param {Partial<MediaPrefs>} change @param {KeyValue | null} [storage] @returns {MediaPrefs} all, after the change */
export function savePrefs(change, storage = browserStorage()) {
  const next = { ...loadPrefs(storage), ...change };
  try {
    storage?.setItem(PREFS_KEY, JSON.stringify(next));
  } catch {
    // Full or denied: the choice lasts as long as the page.
  }
  return next;
}

let unsavedDevice = "";

/**
 * A random string that names this browser to the server, so that a second tap on a link is recognised.
 * @param {KeyValue | null} [storage]
 */
export function deviceToken(storage = browserStorage()) {
  const known = storage?.getItem(DEVICE_KEY) || unsavedDevice;
  if (known) return known;
  unsavedDevice = randomText(32);
  try {
    storage?.setItem(DEVICE_KEY, unsavedDevice);
  } catch {
    // Then a reload counts as another device, and staff are asked.
  }
  return unsavedDevice;
}
