// The codecs of our rooms: Opus, also with earlier frames repeated, and one video codec with its retransmissions. All else a browser offers is left out of the offer.

/** What a room's video may be. @typedef {"vp8" | "vp9" | "av1" | "h264"} VideoCodec */

/** @param {import("./messages.js").Kind} kind @param {VideoCodec} video */
const roomCodecs = (kind, video) => (kind === "audio" ? ["audio/opus", "audio/red"] : [`video/${video}`, "video/rtx"]);

/** Of H.264 what rooms speak: constrained baseline, fragments allowed (RFC 6184). Browsers have up to nine others. @param {RTCRtpCodec} codec */
const isSpoken = ({ mimeType, sdpFmtpLine = "" }) =>
  !/h264$/i.test(mimeType) || (/packetization-mode=1/.test(sdpFmtpLine) && /profile-level-id=42[4-7c-f]0/i.test(sdpFmtpLine));

/** @typedef {(kind: import("./messages.js").Kind) => RTCRtpCapabilities | null} CapabilitiesPort */

/** @type {CapabilitiesPort} */
export const browserCapabilities = (kind) => globalThis.RTCRtpReceiver?.getCapabilities?.(kind) ?? null;

/**
 * Limits a line to the room's codecs. A browser that cannot be told offers all of them, and the server chooses.
 * @param {RTCRtpTransceiver} transceiver
 * @param {import("./messages.js").Kind} kind
 * @param {CapabilitiesPort} capabilities
 * @param {VideoCodec} video the room's
 */
export function pruneCodecs(transceiver, kind, capabilities, video) {
  const codecs = roomCodecs(kind, video);
  if (typeof transceiver.setCodecPreferences !== "function") return;
  const known = capabilities(kind)?.codecs ?? [];
  const wanted = known.filter((codec) => codecs.includes(codec.mimeType.toLowerCase()) && isSpoken(codec));
  if (!wanted.some((codec) => codec.mimeType.toLowerCase() === codecs[0])) return;
  try {
    transceiver.setCodecPreferences(wanted);
  } catch {
    // Older browsers refuse lists they do not expect; the full offer works as well.
  }
}

/** Whether this is libwebrtc (Chromium, Safari): it knows audio/red, Firefox does not. @param {CapabilitiesPort} capabilities */
const isLibwebrtc = (capabilities) => capabilities("audio")?.codecs.some((codec) => codec.mimeType.toLowerCase() === "audio/red") ?? false;

/** Whether several sizes of a camera are asked of the encoder: of H.264 where that was tried. @param {CapabilitiesPort} capabilities @param {VideoCodec} video */
export const encodesSizes = (capabilities, video) => video !== "h264" || isLibwebrtc(capabilities);

/**
 * The offer, saying besides that lost audio packets may be asked for and are sent again (RFC 4585). Libwebrtc does both once the
 * answer says so, yet offers neither; Firefox does not.
 * @param {string} sdp
 * @param {CapabilitiesPort} capabilities
 */
export function askForAudioAgain(sdp, capabilities) {
  return isLibwebrtc(capabilities) ? sdp.replace(/^(a=rtpmap:(\d+) opus\/48000\/2\r?\n)/gm, "$1a=rtcp-fb:$2 nack\r\n") : sdp;
}

/**
 * How we send. `long`: 60 ms of sound in each packet instead of 20 (RFC 4566 ptime), as over a very slow link headers cost more than the
 * voice. `redundant`: each packet repeats the frame before (RFC 2198), as much is lost. `still`: the sources no picture is taken of; a
 * browser told so by parameters alone may go on filling its link, to see whether pictures fit again. @typedef {{long: boolean, redundant: boolean, still: string[]}} Sending
 */

/** @type {Sending} */
export const AS_USUAL = { long: false, redundant: false, still: [] };

/**
 * An answer that asks for sound and pictures to be sent so. Browsers follow it from this answer on, and go back with the next that does not say it.
 * @param {string} sdp
 * @param {ReadonlyMap<string, string>} sources by mid, of the lines that send
 * @param {Sending} sending
 */
export function askForSending(sdp, sources, { long, redundant, still }) {
  return sdp.split(/(?=^m=)/m).map((section) => {
    const source = sources.get(/^a=mid:(\S+)/m.exec(section)?.[1] ?? "");
    if (source && still.includes(source)) return section.replace(/^a=recvonly/m, "a=inactive");
    if (!section.startsWith("m=audio") || !source) return section;
    const asked = long ? `${section}a=ptime:60\r\na=maxptime:60\r\n` : section;
    // Of the two payload types the first is sent; our answers name Opus first.
    return redundant && section.includes(" red/") ? asked.replace(/^(m=\S+ \S+ \S+) (\d+) (\d+)/, "$1 $3 $2") : asked;
  }).join("");
}
