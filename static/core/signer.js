// Whose picture somebody who signs has to see: it takes the stage by itself, and is given up last on a thin line. Pure.

/** @typedef {Pick<import("./messages.js").Participant, "id" | "role" | "needs">} Person */

/** @param {Person} person */
const signs = ({ role, needs }) => role === "interpreter" || Boolean(needs?.includes("sign_language"));

/**
 * Before interpreters whoever signs, before whoever signs the interpreter. Null for somebody who does not sign, or alone does.
 * @param {Person | null} me @param {readonly Person[]} others @returns {string | null}
 */
export function signerFor(me, others) {
  if (!me || !signs(me)) return null;
  const found = others.filter(signs);
  return (found.find((one) => (one.role === "interpreter") !== (me.role === "interpreter")) ?? found[0])?.id ?? null;
}
