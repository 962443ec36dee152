// A phone number as it is being typed: what is wrong with it so far, before the server is asked, which knows every country's plan.

/** @typedef {"" | "empty" | "letters" | "short" | "long" | "plus"} NumberProblem `plus`: a + where none belongs */

/** What people write between digits. */
const BETWEEN = /[\s().\-/\u00a0\u2011\u2013]/g;
/** ITU-T E.164: country code and number together. */
const MOST_DIGITS = 15;
/** National numbers with their leading zero are not shorter than this where mobile phones are concerned. */
const LEAST_DIGITS = 7;
/** Arabic-Indic and Persian digits, as some keyboards type them. */
const OTHER_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/**
 * Without spaces and brackets; 00 becomes +.
 * @param {string} text
 */
export function bareNumber(text) {
  const latin = text.replace(OTHER_DIGITS, (digit) => String(digit.charCodeAt(0) & 0xf));
  return latin.trim().replace(/\(0\)/g, "").replace(BETWEEN, "").replace(/^00/, "+");
}

/**
 * @param {string} text as typed
 * @returns {NumberProblem} "" when it may be sent
 */
export function numberProblem(text) {
  const bare = bareNumber(text);
  if (!bare) return "empty";
  if (/[^+\d]/.test(bare)) return "letters";
  if (bare.lastIndexOf("+") > 0) return "plus";
  const digits = bare.replace("+", "").length;
  if (digits > MOST_DIGITS) return "long";
  return digits < LEAST_DIGITS ? "short" : "";
}

/** Problems that more typing may cure: not shown while the person types. @param {NumberProblem} problem */
export function mayBecomeGood(problem) {
  return problem === "empty" || problem === "short";
}
