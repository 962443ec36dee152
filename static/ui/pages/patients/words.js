/** Patients in words: dates, languages, needs, and what went wrong. */
import { calendarDay } from "../../../core/calendar_day.js";
import { language, t } from "../../../core/i18n.js";
import { SPOKEN_LANGUAGES, nameOfLanguage } from "../../../core/spoken_languages.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @param {string} tag BCP 47 @returns {string} "Persian" */
export function languageName(tag) {
  return nameOfLanguage(tag, language());
}

/** @param {string} current a tag that must be among them @returns {{value: string, label: string}[]} by name, "not known" first */
export function languageChoices(current) {
  const tags = [...new Set([...SPOKEN_LANGUAGES, ...(current ? [current] : [])])];
  const named = tags.map((value) => ({ value, label: languageName(value) })).filter(({ value, label }) => label !== value || value === current);
  return [{ value: "", label: t("patient.not_known") }, ...named.sort((a, b) => a.label.localeCompare(b.label, language()))];
}

/** @param {string} date 1956-03-12 @param {Date} [now] @returns {number} full years */
export function ageOf(date, now = new Date()) {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const before = now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < day);
  return now.getFullYear() - year - (before ? 1 : 0);
}

/** @param {{birth_date: string | null}} patient @returns {string} "12 Mar 1956 (70 years)" */
export function birthWords({ birth_date: born }) {
  return born ? t("patient.born", { date: calendarDay(born, "medium"), age: ageOf(born) }) : t("patient.birth_unknown");
}

/** Codes that have their own sentence here. @type {Record<string, string>} */
const KEYS = {
  patient_changed: "patient.error_changed",
  patient_merged: "patient.error_merged",
  merge_undone: "patient.error_merge_undone",
  record_closed: "patient.error_closed",
  channel_exists: "patient.error_channel_exists",
  wrong_code: "my.code_wrong",
  cannot_send: "patient.error_cannot_send",
  too_many_channels: "patient.error_too_many",
  too_many_carers: "patient.error_too_many",
  too_many_members: "patient.error_too_many",
  record_open: "glass.error_open",
  reason_repeated: "glass.error_repeated",
  already_attached: "patient.error_already_attached",
};

/** Fields whose faults have their own sentence. @type {Record<string, string>} */
const FIELDS = {
  name: "patient.error_name",
  birth_date: "patient.error_birth_date",
  value: "patient.error_value",
  ends_on: "patient.error_ends_on",
  scope: "patient.error_scope",
  text: "patients.error_text",
};

/** @param {unknown} error @returns {string} the name of the field at fault, "" when none */
export function problemField(error) {
  return /** @type {{field?: string | null}} */ (error)?.field ?? "";
}

/** @param {unknown} error @returns {string} a sentence */
export function patientProblem(error) {
  const key = KEYS[problemCode(error)] ?? (problemCode(error) === "invalid_input" ? FIELDS[problemField(error)] : undefined);
  return key ? t(key) : problemWords(error);
}
