/** The board's live state: one /staff connection, its messages reduced, as signals that views read. */
import { signal } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { Signal } from "../../../core/signal.js";
import { connectSocket } from "../../../core/socket.js";
import { goToSignIn } from "../return_place.js";
import { reduceIncidents } from "./incident_state.js";

/** @typedef {import("../../../core/messages.js").Incident} Incident */

export function createIncidentStore() {
  const incidents = signal(/** @type {Incident[] | null} */ (null));
  const connection = signal(/** @type {import("../../../core/signal.js").SignalState} */ ("connecting"));
  const refused = signal(false);
  const fetchTicket = async () => (await api.post("/staff/ticket")).ticket;
  const link = new Signal({ fetchTicket, connect: (payload) => connectSocket("/staff", payload) });
  link.on("message", (message) => { incidents.value = reduceIncidents(incidents.value, message); });
  link.on("state", (next) => {
    connection.value = next;
    if (next === "ended" && link.reason === "not_signed_in") goToSignIn();
    refused.value = next === "ended" && link.reason === "not_allowed";
  });
  return {
    incidents,
    connection,
    refused,
    start: () => link.start(),
    /** The device came back to a network: do not wait for the next try. */
    renew: () => link.renew(),
    /** Shows at once what the server has just answered. @param {Incident} incident */
    put: (incident) => { incidents.value = reduceIncidents(incidents.value ?? [], { type: "incident", data: incident }); },
  };
}
