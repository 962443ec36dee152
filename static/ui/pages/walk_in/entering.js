/** What the form sends, and what is the matter with it. Pure. */
import { birthDateOf } from "../../../core/birth_date.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {{id: string, kind: "text" | "yes_no" | "choice", text: string, choices: string[], required: boolean}} Question */
/**
 * The waiting room as it is seen from the street.
 * @typedef {object} Door
 * @property {string} name
 * @property {string} phone
 * @property {string} notice
 * @property {boolean} open
 * @property {string | null} next_opening
 * @property {string | null} closes_at
 * @property {boolean} full
 * @property {string[]} reasons
 * @property {Question[]} questions
 * @property {number} waiting
 * @property {number | null} expected_wait seconds
 */
/** Key of a sentence by field: `name`, `birth_date`, `reason`, `own_reason`, `question_<id>`. @typedef {Record<string, string>} Faults */

export const MAX_NAME = 80;
export const MAX_REASON = 200;
export const MAX_ANSWER = 500;

/** What no keyboard means to type and pasted text may hold: controls, and marks that turn the direction of what follows. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** @param {string} text @returns {string} */
function clean(text) {
  return text.replace(INVISIBLE, "").trim();
}

/** @param {string} text @returns {string} */
function oneLine(text) {
  return clean(text).replace(/\s+/g, " ");
}

/** @param {Draft} draft @param {Question} question @returns {string | boolean | undefined} */
export function answerTo(draft, question) {
  const answer = draft.answers[question.id];
  if (question.kind === "yes_no") return typeof answer === "boolean" ? answer : undefined;
  if (typeof answer !== "string") return undefined;
  if (question.kind === "choice") return question.choices.includes(answer) ? answer : undefined;
  return clean(answer) || undefined;
}

/** @param {Draft} draft @param {Door} door @returns {string} in the words staff will read */
export function reasonOf(draft, door) {
  if (draft.isOther || !door.reasons.length) return oneLine(draft.ownReason);
  return door.reasons.includes(draft.reason) ? draft.reason : "";
}

/** @param {Draft} draft @param {Door} door @param {Date} today @returns {Faults} in the order of the form */
export function faultsOf(draft, door, today) {
  /** @type {Faults} */
  const faults = {};
  if (!oneLine(draft.name)) faults["name"] = "walk.fault_name";
  const { fault } = birthDateOf(draft.birth, today);
  if (fault) faults["birth_date"] = `walk.fault_birth_${fault}`;
  const own = draft.isOther || !door.reasons.length;
  if (!reasonOf(draft, door)) faults[own ? "own_reason" : "reason"] = own ? "walk.fault_own_reason" : "walk.fault_reason";
  for (const question of door.questions) {
    if (question.required && answerTo(draft, question) === undefined) faults[`question_${question.id}`] = `walk.fault_${question.kind}`;
  }
  return faults;
}

/** @param {Draft} draft @param {Door} door @param {string} language of the page @returns {Record<string, unknown>} the request's fields; only of a draft without faults */
export function bodyOf(draft, door, language) {
  const { value: birthDate } = birthDateOf(draft.birth, new Date());
  /** @type {Record<string, string | boolean>} */
  const answers = {};
  for (const question of door.questions) {
    const answer = answerTo(draft, question);
    if (answer !== undefined) answers[question.id] = answer;
  }
  const interpreter = draft.needs.includes("interpreter") ? draft.interpreter : "";
  return {
    name: oneLine(draft.name), reason: reasonOf(draft, door), answers, needs: draft.needs, language,
    ...(birthDate ? { birth_date: birthDate } : {}), ...(interpreter ? { interpreter_language: interpreter } : {}),
  };
}
