/** Why a change of an account was refused, in words. */
import { t } from "../../../core/i18n.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @type {Record<string, string>} */
const FAULTS = { own_account: "admin.own_account", last_admin: "admin.last_admin", email_taken: "admin.email_taken" };

/** @param {unknown} error */
export function accountProblem(error) {
  const key = FAULTS[problemCode(error)];
  return key ? t(key) : problemWords(error);
}
