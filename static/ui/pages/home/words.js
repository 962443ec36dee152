/** Times and roles as Home says them. */
import { language, t } from "../../../core/i18n.js";

/** @param {string} at ISO 8601 @returns {string} "Monday, 2 March 2026" */
export function day(at) {
  return new Intl.DateTimeFormat(language(), { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
}

/** @param {string} at ISO 8601 @returns {string} "2 March 2026, 14:05" */
export function moment(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "long", timeStyle: "short" }).format(new Date(at));
}

const STAFF = new Set(["admin", "clinician", "dispatcher", "front_desk", "responder", "reviewer"]);

/** @param {string} role */
export function roleWord(role) {
  return STAFF.has(role) ? t(`role.${role}`) : t(`home.role_${role}`);
}
