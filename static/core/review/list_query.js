// What the list of recordings is asked for, from what stands in its form.

/** What one may narrow the list to besides what a recording is. */
export const ONLY = /** @type {const} */ (["unread", "held", "undecided"]);

/** @typedef {{text: string, patient_id: string, clinician_id: string, kind: string, from: string, to: string, tag: string, status: string, only: string}} Filters days as "2026-03-02", "" where nothing is chosen */

/** @type {Filters} */
export const NO_FILTERS = { text: "", patient_id: "", clinician_id: "", kind: "", from: "", to: "", tag: "", status: "", only: "" };

export const KINDS = ["scheduled", "urgent", "group"];
export const STATUSES = /** @type {import("./messages.js").ReviewStatus[]} */ (["unreviewed", "in_review", "signed_off"]);

/** The start of a day in the reader's zone. @param {string} day @param {number} [later] days */
function startOf(day, later = 0) {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/**
 * @param {Filters} filters
 * @returns {Record<string, unknown>} body of the search, without what was left open
 */
export function queryOf(filters) {
  /** @type {Record<string, unknown>} */
  const query = {};
  for (const name of /** @type {const} */ (["patient_id", "clinician_id", "kind", "status"])) if (filters[name]) query[name] = filters[name];
  if (filters.text.trim()) query["text"] = filters.text.trim();
  if (filters.tag.trim()) query["tag"] = filters.tag.trim();
  if (filters.from) query["from"] = startOf(filters.from);
  if (filters.to) query["to"] = startOf(filters.to, 1);
  if (filters.only) query[filters.only] = true;
  return query;
}

/** @param {Filters} filters @returns {boolean} whether the last day lies before the first */
export function isBackwards(filters) {
  return filters.from !== "" && filters.to !== "" && filters.to < filters.from;
}

/** @param {Filters} filters @returns {number} how many are set, the free text aside */
export function countOf(filters) {
  return Object.keys(queryOf({ ...filters, text: "" })).length;
}
