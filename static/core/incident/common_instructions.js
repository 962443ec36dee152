/** What all callers of an incident are asked or shown alike: how "all of them" is drawn where one of them is usually meant. */

/** @typedef {import("../messages.js").Instruction} Instruction */

/** The newest of each kind that still holds. @param {readonly Instruction[]} instructions @param {string} participantId */
function holding(instructions, participantId) {
  /** @type {Map<string, Instruction>} */
  const found = new Map();
  for (const one of instructions) if (one.participant_id === participantId && !one.cleared_at) found.set(one.kind, one);
  return found;
}

/**
 * One instruction for each kind that everybody holds in the same way, seen once everybody has seen it.
 * @param {readonly Instruction[]} instructions @param {readonly string[]} participantIds @returns {Instruction[]}
 */
export function commonInstructions(instructions, participantIds) {
  const [first, ...others] = participantIds.map((id) => holding(instructions, id));
  if (!first) return [];
  return [...first.values()].flatMap((one) => {
    const alike = others.map((held) => held.get(one.kind));
    if (!alike.every((other) => other && other.value === one.value && other.card?.id === one.card?.id)) return [];
    const seen = alike.every((other) => other?.shown_at);
    return [{ ...one, shown_at: seen ? one.shown_at : null }];
  });
}

/** The cards that stand at any of these people. @param {readonly Instruction[]} instructions @param {readonly string[]} participantIds */
export function cardsHeld(instructions, participantIds) {
  return participantIds.flatMap((id) => holding(instructions, id).get("card") ?? []);
}
