/** What has been typed into the form, kept in this tab alone, so that a reload or a crash loses nothing; gone once one is in line. Pure but for the tab's storage. */
import { NO_DATE } from "../../../core/birth_date.js";

/** @typedef {import("../../../core/birth_date.js").TypedDate} TypedDate */
/**
 * @typedef {object} Draft
 * @property {string} name
 * @property {TypedDate} birth
 * @property {string} reason the words chosen; "" while nothing is, or `other`
 * @property {boolean} isOther the reason is in one's own words
 * @property {string} ownReason
 * @property {Record<string, string | boolean>} answers by question
 * @property {string[]} needs
 * @property {string} interpreter language tag
 */

/** @type {Draft} */
export const EMPTY_DRAFT = { name: "", birth: NO_DATE, reason: "", isOther: false, ownReason: "", answers: {}, needs: [], interpreter: "" };
const KEY = "telemed.walk-in";

/** @returns {Draft} */
export function loadDraft() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    const known = Object.entries(EMPTY_DRAFT).filter(([key, value]) => typeof kept[key] === typeof value && Array.isArray(kept[key]) === Array.isArray(value) && kept[key] !== null);
    return { ...EMPTY_DRAFT, ...Object.fromEntries(known.map(([key]) => [key, kept[key]])) };
  } catch {
    return EMPTY_DRAFT;
  }
}

/** @param {Draft} draft */
export function keepDraft(draft) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Denied or full: then a reload begins anew.
  }
}

/** Others may use this device next. */
export function dropDraft() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}
