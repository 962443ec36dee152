/**
 * Where a person with a link stands, as pure functions: which view follows from what the server said.
 *
 *   opening -> check -> waiting -> call -> goodbye            the way
 *   opening -> fault | early | move | browser                 the link does not lead there (yet)
 *   any -> elsewhere                                           another page of this seat took over
 */

/** @typedef {import("../../../core/messages.js").ParticipantState} ParticipantState */
/** @typedef {import("../../../core/messages.js").GoodbyeReason} GoodbyeReason */

/**
 * @typedef {{name: "opening"} | {name: "check"} | {name: "waiting"} | {name: "call"} | {name: "elsewhere"}
 *   | {name: "goodbye", reason: GoodbyeReason}
 *   | {name: "fault", code: string}
 *   | {name: "early", seconds: number | null}
 *   | {name: "move", step: "ask" | "asked" | "denied"}
 *   | {name: "browser", trouble: "in_app" | "old"}} View
 */

/** Codes of a link that leads nowhere any more; each has its own words. */
export const LINK_FAULTS = new Set(["link_unknown", "link_expired", "link_revoked", "visit_ended", "removed"]);

/** @type {Record<ParticipantState, View>} */
const VIEW_OF_STATE = {
  invited: { name: "check" },
  checking: { name: "check" },
  waiting: { name: "waiting" },
  asleep: { name: "waiting" },
  admitted: { name: "call" },
  connected: { name: "call" },
  reconnecting: { name: "call" },
  on_hold: { name: "call" },
  lost: { name: "call" },
  left: { name: "check" },
  denied: { name: "goodbye", reason: "denied" },
  removed: { name: "goodbye", reason: "removed" },
};

/**
 * The view of somebody whose seat is in `state`. One who left and opens the link again starts at the device check.
 * @param {ParticipantState} state
 * @returns {View}
 */
export function viewOf(state) {
  return VIEW_OF_STATE[state] ?? { name: "check" };
}

/**
 * The view after the seat's state changed: the way back to the device check is closed while one waits, so that a late
 * message does not tear the person out of the waiting room.
 * @param {View} view
 * @param {ParticipantState} state
 * @returns {View}
 */
export function follow(view, state) {
  const next = viewOf(state);
  if (view.name === next.name && view.name !== "goodbye") return view;
  if (next.name === "check") return view;
  if (view.name === "goodbye" || view.name === "elsewhere") return view;
  return next;
}

/**
 * The view when `POST /links/open` was refused.
 * @param {{status?: number, code: string, retryAfter?: number | null}} error
 * @returns {View}
 */
export function viewOfRefusal(error) {
  if (error.code === "too_early") return { name: "early", seconds: error.retryAfter ?? null };
  if (error.code === "move_denied") return { name: "move", step: "denied" };
  if (error.code === "not_found" || error.code === "invalid_input") return { name: "fault", code: "link_unknown" };
  return { name: "fault", code: error.code };
}

/**
 * The view when the connection ended for good.
 * @param {string | null} reason of core/signal.js
 * @returns {View}
 */
export function viewOfEnd(reason) {
  if (reason === "ended" || reason === "removed" || reason === "denied" || reason === "moved" || reason === "left") return { name: "goodbye", reason };
  if (reason === "visit_ended") return { name: "goodbye", reason: "ended" };
  return { name: "fault", code: reason ?? "unexpected" };
}

/**
 * The link's token from the page's address: 22 characters after `#`.
 * @param {string} hash
 * @returns {string | null}
 */
export function tokenOf(hash) {
  const token = hash.replace(/^#/, "");
  return /^[A-Za-z0-9_-]{22}$/.test(token) ? token : null;
}
