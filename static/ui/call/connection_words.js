/** One word for how the call is connected, from signaling and media together: the worse of the two. */

/** @typedef {"connecting" | "connected" | "reconnecting" | "ended"} ConnectionState */

/**
 * @param {import("../../core/signal.js").SignalState} signaling
 * @param {import("../../core/peer.js").PeerState} media
 * @returns {ConnectionState}
 */
export function connectionState(signaling, media) {
  if (signaling === "ended" || signaling === "replaced") return "ended";
  if (signaling === "reconnecting" || media === "interrupted") return "reconnecting";
  if (signaling === "online" && media === "connected") return "connected";
  return "connecting";
}
