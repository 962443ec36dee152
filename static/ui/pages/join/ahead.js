/** The call made ready while the person waits: its modules, its seat, its connection and offer. Nothing of it is sent before they are let in. */
import { signal } from "../../../vendor/preact.js";
import { loadStage } from "./stage.js";

/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("./media.js").JoinMedia} JoinMedia */
/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */
/** @typedef {import("../../../core/signal.js").Signal} Signal */

/** @type {{session: CallSession, link: Signal} | null} */
let ready = null;

/** The seat as the call will have it, while there is one: the waiting room writes with it. */
export const ahead = signal(/** @type {CallSession | null} */ (null));

/**
 * Makes it ready, and follows when the visit gets another connection.
 * @param {Visit} visit
 * @param {JoinMedia} media
 */
export async function prepareAhead(visit, media) {
  const { prepareCall } = await loadStage();
  const [link, seat] = [visit.link, visit.seat.value];
  if (visit.view.value.name !== "waiting" || !link || !seat || ready?.link === link) return;
  dropAhead();
  ready = { link, session: prepareCall({ sessionId: seat.sessionId, as: "seat", devices: media.devices, link, state: visit.call.value, ...(visit.relay ? { relay: visit.relay } : {}) }) };
  ahead.value = ready.session;
}

/** Hands it over to the stage, if it belongs to this connection. @param {Signal | null} link */
export function takeAhead(link) {
  if (!ready || ready.link !== link) dropAhead();
  const session = ready?.session;
  ready = ahead.value = null;
  return session;
}

/** The network is another one: what was prepared for the old one is made anew. */
export function renewAhead() {
  ready?.session.relay.woke();
  ready?.session.media.peer.networkChanged();
}

/** The person is not waiting any more. The visit keeps its connection. */
export function dropAhead() {
  ready?.session.stop({ keepLink: true });
  ready = ahead.value = null;
}
