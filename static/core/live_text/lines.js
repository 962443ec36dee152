// What others are writing now, as a function of what the server tells (docs/protocol.md section 2.6). Pure.
import { edited } from "./edits.js";

/** @typedef {import("./edits.js").Edit} Edit */
/** @typedef {{participantId: string, id: string, sequence: number, text: string, to: string | null, lost: boolean}} LiveLine `lost`: something of it may be missing */
/** @typedef {{participant_id: string, line: string, sequence: number, edits: Edit[], to: string | null, reset?: boolean}} TextEvent */
/** @typedef {{participant_id: string, line: string, sequence: number, text: string, to: string | null}} LineNow */
/** @typedef {(participantId: string, lineId: string) => boolean} IsFinished whether the chat has it */

/**
 * The lines after an event. A line that misses a number keeps what is known and is marked: `text_now` makes it whole again.
 * @param {readonly LiveLine[]} lines
 * @param {TextEvent} event
 * @returns {LiveLine[]}
 */
export function afterText(lines, event) {
  const { participant_id: participantId, line: id, sequence, edits, to, reset = false } = event;
  const known = lines.find((one) => one.participantId === participantId && one.id === id);
  if (known && !known.lost && sequence <= known.sequence) return [...lines];
  const follows = reset || (sequence === (known?.sequence ?? 0) + 1 && !known?.lost);
  const before = known?.text ?? "";
  const text = follows ? edited(reset ? "" : before, edits) : before;
  return put(lines, { participantId, id, sequence, text, to, lost: !follows });
}

/**
 * The lines as the server has them now. One it does not have, and which is no message either, was lost with the server.
 * @param {readonly LiveLine[]} lines
 * @param {readonly LineNow[]} now
 * @param {IsFinished} isFinished
 * @returns {LiveLine[]}
 */
export function afterNow(lines, now, isFinished) {
  const told = now.filter((one) => !isFinished(one.participant_id, one.line))
    .map((one) => ({ participantId: one.participant_id, id: one.line, sequence: one.sequence, text: one.text, to: one.to, lost: false }));
  const writers = new Set(now.map((one) => one.participant_id));
  const gone = lines.filter((one) => !writers.has(one.participantId) && one.text.trim() && !isFinished(one.participantId, one.id));
  return [...gone.map((one) => ({ ...one, lost: true })), ...told];
}

/** A line became a message, or came to nothing. @param {readonly LiveLine[]} lines @param {string} participantId @param {string} id */
export function without(lines, participantId, id) {
  return lines.filter((one) => one.participantId !== participantId || one.id !== id);
}

/** One line for each writer: a new one takes the place of the former. @param {readonly LiveLine[]} lines @param {LiveLine} line */
function put(lines, line) {
  const at = lines.findIndex((one) => one.participantId === line.participantId);
  return at < 0 ? [...lines, line] : lines.map((one, index) => (index === at ? line : one));
}
