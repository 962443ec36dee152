/** Links into this session: the one made with it (kept in this tab), and new ones. */
import { api } from "../../core/api.js";

/** @typedef {import("../../core/messages.js").Link} Link */
/** @typedef {import("../../core/messages.js").Role} Role */

/** The same key as in handover.js, where the page that made the session puts it. */
const KEY = "telemed-link-";

/** @param {string} sessionId @returns {Link | null} */
export function recallLink(sessionId) {
  try {
    return JSON.parse(sessionStorage.getItem(KEY + sessionId) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} sessionId @param {Link} link */
export function keepLink(sessionId, { id, url, qr, participant_id }) {
  try {
    sessionStorage.setItem(KEY + sessionId, JSON.stringify({ id, url, qr, participant_id }));
  } catch {
    // Then a reload needs a new link.
  }
}

/**
 * @param {string} sessionId
 * @param {{role: Role, name?: string, participant_id?: string, command_id: string}} wish
 * @returns {Promise<Link>}
 */
export async function makeLink(sessionId, wish) {
  const answer = await api.post(`/sessions/${sessionId}/links`, wish);
  return answer.link;
}
