// Follow-ups as Today shows them: due from their day on, by the reader's own calendar; the others wait under "later". Pure.

/** @typedef {{id: string, session_id: string, patient_name: string | null, patient_id: string | null, due_on: string, text: string, state: "open" | "done" | "cancelled", state_since: string, created_at: string, revision: number, was?: string}} FollowUp `was`: left behind by this person, to be taken over */

const DAY_MS = 86_400_000;

/** Days from `today` to the day of a follow-up: 0 today, below it is late. @param {{due_on: string}} one @param {string} today "2026-11-23" */
export function daysUntil(one, today) {
  return Math.round((Date.parse(`${one.due_on}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS);
}

/**
 * Those due by `today` and those after it, each the earliest first.
 * @template {{id: string, due_on: string}} Row
 * @param {readonly Row[]} rows
 * @param {string} today
 * @returns {{due: Row[], later: Row[]}}
 */
export function byDay(rows, today) {
  const inOrder = [...rows].sort((one, other) => one.due_on.localeCompare(other.due_on) || one.id.localeCompare(other.id));
  return { due: inOrder.filter((one) => daysUntil(one, today) <= 0), later: inOrder.filter((one) => daysUntil(one, today) > 0) };
}
