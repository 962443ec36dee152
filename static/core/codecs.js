// The codecs of our rooms: Opus, and VP8 with its retransmissions. Everything else a browser offers is left out of the offer.

const ROOM_CODECS = { audio: ["audio/opus"], video: ["video/vp8", "video/rtx"] };

/** @typedef {(kind: import("./messages.js").Kind) => RTCRtpCapabilities | null} CapabilitiesPort */

/** @type {CapabilitiesPort} */
export const browserCapabilities = (kind) => globalThis.RTCRtpReceiver?.getCapabilities?.(kind) ?? null;

/**
 * Limits a line to the room's codecs. A browser that cannot be told offers all of them, and the server chooses.
 * @param {RTCRtpTransceiver} transceiver
 * @param {import("./messages.js").Kind} kind
 * @param {CapabilitiesPort} capabilities
 */
export function pruneCodecs(transceiver, kind, capabilities) {
  if (typeof transceiver.setCodecPreferences !== "function") return;
  const known = capabilities(kind)?.codecs ?? [];
  const wanted = known.filter((codec) => ROOM_CODECS[kind].includes(codec.mimeType.toLowerCase()));
  if (!wanted.some((codec) => codec.mimeType.toLowerCase() === ROOM_CODECS[kind][0])) return;
  try {
    transceiver.setCodecPreferences(wanted);
  } catch {
    // Older browsers refuse lists they do not expect; the full offer works as well.
  }
}
