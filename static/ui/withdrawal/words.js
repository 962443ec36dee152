/** One's own part in a recording that is over, in words. */
import { t } from "../../core/i18n.js";
import { problemCode, problemWords } from "../problem_words.js";

/** @typedef {"none" | "recorded" | "owed" | "kept" | "destroying" | "held" | "destroyed"} Part docs/protocol.md section 1.15 */

/** What is to be read before; the texts' version is the server's (`text_version`). */
export const WITHDRAWAL_POINTS = /** @type {const} */ (["what", "keep", "destroy", "others", "hold", "no_undo"]);
const OPEN = new Set(["recorded", "owed", "kept"]);
const GOING = new Set(["destroying", "held", "destroyed"]);
const PROBLEMS = new Set(["nothing_recorded", "no_own_part", "part_destroyed", "visit_open", "text_changed", "recording_erased", "own_request"]);

/** Whether there is something to be said still. @param {string} part */
export function mayChoose(part) {
  return OPEN.has(part);
}

/** Whether others are told beside the name: it is going, or gone. @param {string | undefined} part */
export function isGoing(part) {
  return GOING.has(part ?? "");
}

/** What the button is called that opens the question. @param {Part} part */
export function actWord(part) {
  return t(part === "owed" ? "withdraw.open_owed" : part === "kept" ? "withdraw.open_kept" : "withdraw.open");
}

/** @param {unknown} error */
export function withdrawProblem(error) {
  const code = problemCode(error);
  return PROBLEMS.has(code) ? t(`withdraw.error_${code}`) : problemWords(error);
}
