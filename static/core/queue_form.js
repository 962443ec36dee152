// A waiting room as it is edited: text of one line each where the server has lists, and what is wrong before it is sent. Pure.
import { randomText } from "./command_id.js";

/** @typedef {{day: number, from: string, to: string}} Hours `day`: Monday is 0; "24:00" ends a day */
/** @typedef {"text"|"yes_no"|"choice"} QuestionKind */
/** @typedef {{id: string, kind: QuestionKind, text: string, choices: string[], required: boolean}} Question */
/**
 * @typedef {object} QueueFields
 * @property {string} name
 * @property {string} phone
 * @property {string} notice
 * @property {string} time_zone
 * @property {Hours[]} hours none: always open
 * @property {string[]} closed_days
 * @property {{user_id: string, alerts: boolean, name?: string}[]} members
 * @property {string[]} reasons
 * @property {Question[]} questions
 * @property {number} max_waiting
 */
/** @typedef {QueueFields & {id: string, revision: number, closed: boolean, created_at: string, links: {id: string, created_at: string, revoked_at: string | null}[]}} Queue */
/** @typedef {{id: string, kind: QuestionKind, text: string, choices: string, required: boolean}} QuestionForm `choices`: one a line */
/** @typedef {Omit<QueueFields, "reasons" | "questions" | "max_waiting" | "closed_days"> & {always: boolean, reasons: string, closed_days: string, questions: QuestionForm[], max_waiting: string}} QueueForm */
/** @typedef {"name"|"hours"|"closed_days"|"reasons"|"questions"|"max_waiting"} FormFault */

const USUAL_MAX = 50;
const WORKDAYS = [0, 1, 2, 3, 4];
const MAX = { reasons: 20, reason: 80, choices: 10, waiting: 200, hours: 28, questions: 10 };
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Monday to Friday, eight to five: what most begin with. @returns {Hours[]} */
export function usualHours() {
  return WORKDAYS.map((day) => ({ day, from: "08:00", to: "17:00" }));
}

/** @param {string} timeZone @returns {QueueForm} */
export function emptyForm(timeZone) {
  return { name: "", phone: "", notice: "", time_zone: timeZone, always: false, hours: usualHours(), closed_days: "", members: [], reasons: "", questions: [], max_waiting: String(USUAL_MAX) };
}

/** @param {QueueFields} queue @returns {QueueForm} */
export function formOf(queue) {
  const { name, phone, notice, time_zone, hours, members } = queue;
  const questions = queue.questions.map((one) => ({ ...one, choices: one.choices.join("\n") }));
  return { name, phone, notice, time_zone, hours, members, questions, always: hours.length === 0, closed_days: queue.closed_days.join("\n"), reasons: queue.reasons.join("\n"), max_waiting: String(queue.max_waiting) };
}

/** @returns {QuestionForm} */
export function newQuestion() {
  return { id: `q_${randomText(8).toLowerCase().replace(/-/g, "_")}`, kind: "text", text: "", choices: "", required: false };
}

/** Lines that say something, each once. @param {string} text */
export function linesOf(text) {
  return [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
}

/** A clock knows no 24:00; who writes midnight at the end means it. @param {string} to */
export function endOfDay(to) {
  return to === "00:00" ? "24:00" : to;
}

/** @param {QueueForm} form @returns {QueueFields} */
export function fieldsOf(form) {
  const { always, ...rest } = form;
  return {
    ...rest,
    name: form.name.trim(),
    phone: form.phone.trim(),
    notice: form.notice.trim(),
    hours: always ? [] : [...form.hours].sort((one, other) => one.day - other.day || one.from.localeCompare(other.from)),
    closed_days: linesOf(form.closed_days).sort(),
    members: form.members.map(({ user_id, alerts }) => ({ user_id, alerts })),
    reasons: linesOf(form.reasons),
    questions: form.questions.map((one) => ({ ...one, text: one.text.trim(), choices: one.kind === "choice" ? linesOf(one.choices) : [] })),
    max_waiting: Number(form.max_waiting),
  };
}

/** @param {Question} question */
function isBad({ kind, text, choices }) {
  return !text || (kind === "choice" && (choices.length < 2 || choices.length > MAX.choices));
}

/**
 * What the server would refuse, found before it is sent.
 * @param {QueueForm} form
 * @returns {FormFault[]}
 */
export function faultsIn(form) {
  const fields = fieldsOf(form);
  /** @type {[FormFault, boolean][]} */
  const checks = [
    ["name", !fields.name],
    ["hours", !form.always && (!fields.hours.length || fields.hours.length > MAX.hours || fields.hours.some(({ from, to }) => !from || !to || from >= to))],
    ["closed_days", fields.closed_days.some((day) => !DAY.test(day) || Number.isNaN(Date.parse(day)))],
    ["reasons", fields.reasons.length > MAX.reasons || fields.reasons.some((one) => one.length > MAX.reason)],
    ["questions", fields.questions.length > MAX.questions || fields.questions.some(isBad)],
    ["max_waiting", !Number.isInteger(fields.max_waiting) || fields.max_waiting < 1 || fields.max_waiting > MAX.waiting],
  ];
  return checks.filter(([, wrong]) => wrong).map(([field]) => field);
}
