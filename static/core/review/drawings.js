// Which frozen pictures stood there at a moment of a recording.

/** @typedef {import("./messages.js").Act} Act */

/**
 * Drawings that can be shown and were shown at this moment.
 * @param {readonly Act[]} acts
 * @param {number} ms
 * @returns {string[]} ids
 */
export function drawingsAt(acts, ms) {
  return acts.filter((act) => act.drawing && act.at_ms <= ms && (act.end_ms === null || ms < act.end_ms)).map((act) => act.id);
}

/**
 * The newest of them on the picture of a person.
 * @param {readonly Act[]} acts
 * @param {string} now their ids, joined
 * @param {string} participantId
 * @returns {Act | undefined}
 */
export function drawingOver(acts, now, participantId) {
  const ids = new Set(now.split(","));
  return acts.filter((act) => act.participant_id === participantId && ids.has(act.id)).pop();
}
