/** Callers of one incident to whom staff may write alone, so that an answer to one, who may be hiding, does not reach the others. */

/**
 * Nothing for a single caller, who is everybody. Who is away for a moment stays: a line for them fails rather than reach all.
 * @param {Pick<import("../../core/messages.js").Incident, "callers"> | null | undefined} incident @returns {{value: string, label: string}[]}
 */
export function callersApart(incident) {
  const there = (incident?.callers ?? []).filter((one) => one.opened_at !== null && !one.revoked);
  return there.length > 1 ? there.map((one) => ({ value: one.participant_id, label: one.name })) : [];
}
