/** The markers of the call that is open, and the way to make one. */
import { signal } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { LiveMarkers } from "../../../core/markers.js";
import { leaderActs } from "../../../core/recording.js";
import { toast } from "../../components/toast.js";

/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */
/** @typedef {import("../../../core/markers.js").LiveMarker} LiveMarker */

/** The marker whose words are being written. */
export const openMarker = signal("");
/** @type {WeakMap<CallSession, LiveMarkers>} */
const books = new WeakMap();

/** @param {LiveMarker} marker */
function pathOf(marker) {
  return `/recordings/${marker.recordingId}/markers/${marker.saved?.id ?? ""}`;
}

/** @param {CallSession} session @returns {LiveMarkers} */
export function markersOf(session) {
  const known = books.get(session);
  if (known) return known;
  const made = new LiveMarkers({
    send: (fields, options) => session.command("recording_marker", fields, options),
    change: (marker, words) => api.patch(pathOf(marker), { revision: marker.saved?.revision ?? 1, ...words }),
    remove: (marker) => api.post(`${pathOf(marker)}/remove`, { revision: marker.saved?.revision ?? 1 }),
  });
  books.set(session, made);
  return made;
}

/** Marks this moment, if something is recorded. @param {CallSession} session */
export function markHere(session) {
  const recording = session.state.value?.recording;
  if (!recording?.id || !leaderActs(recording).has("mark")) {
    toast(t("recording.mark_nothing"));
    return;
  }
  openMarker.value = markersOf(session).add({ id: recording.id, startedAt: recording.started_at ?? null });
}
