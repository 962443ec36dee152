/** Today's live state: one /staff connection, its messages reduced, as signals that views read. */
import { signal } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { Signal } from "../../../core/signal.js";
import { connectSocket } from "../../../core/socket.js";
import { goToSignIn } from "../return_place.js";
import { arrivals, reduceStaff } from "./staff_state.js";

/** @typedef {import("./staff_state.js").StaffState} StaffState */
/** @typedef {import("./staff_state.js").WaitingEntry} WaitingEntry */

/** @returns {Promise<string>} */
async function fetchTicket() {
  const answer = await api.post("/staff/ticket");
  return answer.ticket;
}

/**
 * @param {{onArrival: (entries: (WaitingEntry | import("./staff_state.js").EntryRow)[]) => void, onSignedOut?: () => void}} ports called with those who have just come; `onSignedOut`: this login is over
 */
export function createStaffStore({ onArrival, onSignedOut = goToSignIn }) {
  const state = signal(/** @type {StaffState | null} */ (null));
  const connection = signal(/** @type {import("../../../core/signal.js").SignalState} */ ("connecting"));
  const draining = signal(false);
  const full = signal(false);
  const refused = signal(false);
  const link = new Signal({ fetchTicket, connect: (payload) => connectSocket("/staff", payload) });

  link.on("message", (message) => {
    const before = state.value;
    const after = reduceStaff(before, message);
    state.value = after;
    const came = after ? arrivals(before, after) : [];
    if (came.length) onArrival(came);
  });
  link.on("live", (/** @type {import("../../../core/messages.js").LiveMessage} */ message) => {
    if (message.type !== "service") return;
    draining.value = message.data.state === "draining";
    full.value = message.data.state === "full";
  });
  link.on("state", (next) => {
    connection.value = next;
    if (next === "online") draining.value = full.value = false; // a server that begins to serve is not about to stop
    if (next === "ended" && link.reason === "not_signed_in") onSignedOut();
    refused.value = next === "ended" && link.reason === "not_allowed";
  });

  return {
    state,
    connection,
    /** Whether the server is about to restart: running calls go on, nothing new begins. */
    draining,
    /** Whether no new call can begin, because running ones take all there is. */
    full,
    /** Whether this person's role has no waiting room: signing in again would change nothing. */
    refused,
    /** Connects. */
    start: () => link.start(),
    /** The device came back to a network: do not wait for the next try. */
    renew: () => link.renew(),
    /** A command of docs/protocol.md section 2.3; rejects with CommandError. @param {string} name @param {Record<string, unknown>} fields @param {{commandId?: string}} [options] */
    command: (name, fields, options) => link.command(name, fields, options),
    /** @param {string} participantId stops the arrival sound for this visit on every screen */
    acknowledge: (participantId) => link.command("acknowledge", { participant_id: participantId }),
  };
}

/** @typedef {ReturnType<typeof createStaffStore>} StaffStore */
