// A birth date as people type it: three numbers, in the order of the reader's country. Pure.

/** @typedef {"day" | "month" | "year"} DatePart */
/** @typedef {Record<DatePart, string>} TypedDate */
/** `incomplete`: something is not filled in; `year`: not four digits. @typedef {"missing" | "incomplete" | "year" | "impossible" | "future" | "long_ago"} BirthDateFault */
/** @typedef {{value: string, fault: null} | {value: null, fault: BirthDateFault}} BirthDate `value` is ISO 8601, "1956-03-12" */

/** @type {TypedDate} */
export const NO_DATE = { day: "", month: "", year: "" };
/** Nobody alive was born before; a year like 1056 is a slip of the finger. */
const EARLIEST_YEAR = 1890;

/**
 * The order in which a reader of `tag` writes a date.
 * @param {string} tag of a language, with its country if known
 * @returns {DatePart[]}
 */
export function dateOrder(tag) {
  const parts = new Intl.DateTimeFormat(tag, { day: "2-digit", month: "2-digit", year: "numeric" }).formatToParts(new Date(2000, 10, 22));
  const order = parts.map((part) => part.type).filter((type) => type === "day" || type === "month" || type === "year");
  return order.length === 3 ? /** @type {DatePart[]} */ (order) : ["day", "month", "year"];
}

/**
 * What was typed as a date, or what is the matter with it.
 * @param {TypedDate} typed
 * @param {Date} today
 * @returns {BirthDate}
 */
export function birthDateOf(typed, today) {
  const [day, month, year] = [typed.day, typed.month, typed.year].map((part) => part.trim());
  if (!day && !month && !year) return { value: null, fault: "missing" };
  if (!day || !month || !year) return { value: null, fault: "incomplete" };
  if (![day, month, year].every((part) => /^\d{1,4}$/.test(part))) return { value: null, fault: "impossible" };
  if (year.length !== 4) return { value: null, fault: "year" };
  return dateFault(Number(day), Number(month), Number(year), today);
}

/** @param {number} day @param {number} month @param {number} year @param {Date} today @returns {BirthDate} */
function dateFault(day, month, year, today) {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return { value: null, fault: "impossible" };
  if (year < EARLIEST_YEAR) return { value: null, fault: "long_ago" };
  // A day's grace: it may be tomorrow already where the person is.
  if (date.getTime() > today.getTime() + 86_400_000) return { value: null, fault: "future" };
  return { value: date.toISOString().slice(0, 10), fault: null };
}
