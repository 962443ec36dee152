// How long somebody has waited, and whether that is too long. Pure.

/** After half an hour a wait is marked: the time at which queues elsewhere change colour. Milliseconds. */
export const LONG_WAIT_MS = 30 * 60_000;
const MINUTE_MS = 60_000;

/**
 * @param {string} since
 * @param {number} now milliseconds since the epoch
 * @returns {{lasted: number, level: "new" | "waiting" | "long"}} `lasted` in milliseconds
 */
export function waitOf(since, now) {
  const lasted = Math.max(0, now - Date.parse(since));
  return { lasted, level: lasted < MINUTE_MS ? "new" : lasted < LONG_WAIT_MS ? "waiting" : "long" };
}

/**
 * Whole years somebody has lived.
 * @param {string} birthDate "YYYY-MM-DD"
 * @param {Date} today
 * @returns {number | null} null for a date in the future or none at all
 */
export function ageOn(birthDate, today) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return null;
  const [year = 0, month = 0, day = 0] = birthDate.split("-").map(Number);
  const before = today.getMonth() + 1 < month || (today.getMonth() + 1 === month && today.getDate() < day);
  const age = today.getFullYear() - year - (before ? 1 : 0);
  return age >= 0 ? age : null;
}
