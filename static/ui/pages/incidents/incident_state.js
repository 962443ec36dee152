/** What the dispatcher's board knows, as a pure function of the messages of the /staff stream. */

/** @typedef {import("../../../core/messages.js").Incident} Incident */
/** @typedef {{type: string, state?: {incidents?: Incident[]}, data?: any}} StaffMessage */

/** Open ones first, of these the newest; then those that are over. @param {readonly Incident[]} incidents */
function sorted(incidents) {
  const over = (/** @type {Incident} */ one) => (one.ended_at ? 1 : 0);
  return [...incidents].sort((one, other) => over(one) - over(other) || other.created_at.localeCompare(one.created_at));
}

/**
 * The list after `message`; other types change nothing.
 * @param {Incident[] | null} incidents null before the first snapshot
 * @param {StaffMessage} message
 * @returns {Incident[] | null}
 */
export function reduceIncidents(incidents, message) {
  if (message.type === "snapshot") return sorted(message.state?.incidents ?? []);
  if (!incidents) return null;
  if (message.type === "incident") return sorted([...incidents.filter((one) => one.id !== message.data.id), message.data]);
  if (message.type === "incident_gone") return incidents.filter((one) => one.id !== message.data.id);
  return incidents;
}
