// What may be done about somebody in a waiting room, by the state of the visit and by who asks. The server decides; this is what is offered.
import { isCalledBack, isWaiting } from "./queue_state.js";

/** @typedef {import("./queue_state.js").EntryRow} EntryRow */
/** @typedef {"answer"|"message"|"hold"|"resume"|"put_back"|"keep_waiting"|"transfer"|"priority"|"no_show"|"remove"} Act */

/** Who may bring somebody into a call. */
const ANSWERING = new Set(["clinician", "dispatcher", "responder"]);
/** Acts of those who lead the call alone. @type {ReadonlySet<Act>} */
const LEADING = new Set(["answer", "hold", "resume", "put_back", "keep_waiting"]);

/** @param {string} role */
export const mayAnswer = (role) => ANSWERING.has(role);

/** @param {EntryRow} entry @returns {Act[]} */
function inState(entry) {
  if (isWaiting(entry)) return ["answer", "message", "priority", "transfer", "no_show", "remove"];
  if (isCalledBack(entry)) return ["keep_waiting", "put_back", "message", "transfer", "no_show"];
  if (entry.state === "being_seen") return ["hold", "put_back", "transfer"];
  return entry.state === "on_hold" ? ["resume", "message", "put_back", "transfer"] : [];
}

/**
 * In the order they are shown.
 * @param {EntryRow} entry
 * @param {string} role
 * @returns {Act[]}
 */
export function actsOf(entry, role) {
  return inState(entry).filter((act) => mayAnswer(role) || !LEADING.has(act));
}
