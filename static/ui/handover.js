/** What one page hands to the next within a tab: too secret or too brief for an address. Taken once. */

const LINK = "telemed-link-";
const ADMIT = "telemed-admit-";

/** @param {string} key @param {string} value */
function put(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Without storage the next page starts plain: the link can be made anew, the person admitted by hand.
  }
}

/** @param {string} key @returns {string | null} */
function take(key) {
  try {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value;
  } catch {
    return null;
  }
}

/** @typedef {import("../core/messages.js").Link} Link */

/**
 * The link made with a session, for the invitation card of the call page. It stays for a reload.
 * @param {string} sessionId
 * @param {Link} link
 */
export function handOverLink(sessionId, { id, url, qr, participant_id }) {
  put(LINK + sessionId, JSON.stringify({ id, url, qr, participant_id }));
}

/** @param {string} sessionId @param {string} participantId to be admitted when the call page is there */
export function handOverAdmit(sessionId, participantId) {
  put(ADMIT + sessionId, participantId);
}

/** @param {string} sessionId @returns {string | null} */
export function takeAdmit(sessionId) {
  return take(ADMIT + sessionId);
}
