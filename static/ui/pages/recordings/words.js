/** Recordings in words: how long, how large, kept until when, what state. */
import { language, t } from "../../../core/i18n.js";

/** @typedef {import("../../../core/review/messages.js").RecordingRow} RecordingRow */

/** @param {number | null} ms @returns {string} "12:05" or "1:02:03"; "" when nobody knows */
export function lengthWords(ms) {
  if (ms === null) return "";
  const whole = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(seconds).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** The same for who listens. @param {number} ms @returns {string} "12 minutes 5 seconds" */
export function spokenLength(ms) {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const parts = /** @type {[number, string][]} */ ([[Math.floor(whole / 3600), "hour"], [Math.floor(whole / 60) % 60, "minute"], [whole % 60, "second"]]);
  const shown = parts.filter(([value, unit]) => value > 0 || (unit === "second" && whole === 0));
  return shown.map(([value, unit]) => new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" }).format(value)).join(" ");
}

/** @param {number} bytes @returns {string} "12.3 MB" */
export function sizeWords(bytes) {
  const isLarge = bytes >= 1e9;
  const format = new Intl.NumberFormat(language(), { style: "unit", unit: isLarge ? "gigabyte" : "megabyte", maximumFractionDigits: 1 });
  return format.format(bytes / (isLarge ? 1e9 : 1e6));
}

/** @param {string} at ISO 8601 @returns {string} "2 Mar 2026" */
export function dayWords(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(new Date(at));
}

/** @param {string} at ISO 8601 @returns {string} "2 Mar 2026, 14:05" */
export function momentWords(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** @param {RecordingRow} row @returns {string} how long it is kept */
export function keptWords(row) {
  if (row.state === "erased") return t("recordings.erased");
  if (row.hold) return t("recordings.kept_hold");
  const end = endOf(row);
  return end ? t("recordings.kept_until", { day: dayWords(end) }) : t("recordings.kept");
}

/** When it is erased by itself: its time is over, or nobody decided on an emergency's. @param {RecordingRow} row */
function endOf({ decide_by: decision, expires_at: expiry }) {
  return [decision, expiry].filter((at) => at !== null).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}

/** The same below the word "Kept". @param {RecordingRow} row @returns {string} */
export function untilWords(row) {
  if (row.state === "erased") return t("recordings.erased");
  if (row.hold) return t("recordings.hold");
  const end = endOf(row);
  return end ? t("recordings.until", { day: dayWords(end) }) : t("recordings.for_ever");
}

/** @param {RecordingRow} row @returns {string} its name; a visit may have none */
export function titleWords(row) {
  return row.title.trim() || t("recordings.untitled");
}

/** @param {{name: string, role: string}} person */
export function personWords({ name, role }) {
  return name.trim() || t(`role.${role}`);
}
