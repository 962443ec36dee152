// A camera in several sizes at once: which sizes, who sends them, and which of them are worth sending now.
//
// They are named q, h and f (a quarter, a half and all of the captured lines); the server gives everybody the one that fits.

/**
 * What the server said is taken of a picture or a voice. @typedef {{layers: readonly string[], maxBitrate: number, redundant?: boolean, paused?: boolean}} Taken
 *   `maxBitrate` bit/s, 0: no limit; `redundant`: too much is lost on the way there; `paused`: nothing, our own link is full
 */

/** Lines of a capture from which it is worth three sizes, and two. */
const THREE_FROM = 540;
const TWO_FROM = 360;
/** Lines of the picture the room's limit is meant for, and how what is needed grows with lines: 180 need a ninth of it, 360 a third. */
const WHOLE = 720;
const GROWTH = 1.6;
/** The largest size may take an eighth more than a camera in one size. */
const LARGE_SHARE = 9 / 8;
/** Cores from which encoding three pictures leaves the rest of the call its time. */
const STRONG_CORES = 3;

/** Whether this device encodes several sizes without effort, and its owner does not save data. @param {{hardwareConcurrency?: number, connection?: {saveData?: boolean}}} [device] */
export function isStrong(device = globalThis.navigator) {
  return (device?.hardwareConcurrency ?? 0) >= STRONG_CORES && device?.connection?.saveData !== true;
}

/**
 * Encodings for a camera of so many lines, smallest first; one where several make no sense.
 * @param {number} height lines, of a picture on end: its narrow side; 0: not known
 * @param {number} maxBitrate bit/s of a camera in one size
 * @returns {RTCRtpEncodingParameters[]}
 */
export function cameraLayers(height, maxBitrate) {
  const names = height >= THREE_FROM ? ["q", "h", "f"] : height >= TWO_FROM ? ["h", "f"] : [];
  if (!names.length) return [{ maxBitrate }];
  return names.map((rid) => {
    const scale = rid === "q" ? 4 : rid === "h" ? 2 : 1;
    return { rid, scaleResolutionDownBy: scale, maxBitrate: bitrateOf(height, scale, maxBitrate) };
  });
}

/** Bit/s of one of several sizes. @param {number} height captured lines, 0: not known @param {number} scale @param {number} maxBitrate of a camera of 720 lines in one size */
function bitrateOf(height, scale, maxBitrate) {
  const share = Math.min(1, (height || WHOLE) / scale / WHOLE) ** GROWTH;
  return Math.round(maxBitrate * share * (scale === 1 ? LARGE_SHARE : 1));
}

/** Share of its limit below which a larger size is worse to look at than the smaller one. */
const WORTH = 0.5;
/** Bit/s by which limits change when a browser is to look at its link again. */
const NUDGE = 1_000;

/** The narrow side of what a camera captures, 0 when the browser does not say. @param {MediaStreamTrack | null} track */
export function capturedLines(track) {
  const { width = 0, height = 0 } = track?.getSettings?.() ?? {};
  return Math.min(width, height);
}

/**
 * Changes what a sender's encodings may produce; true when anything has changed.
 * @param {RTCRtpEncodingParameters[]} encodings
 * @param {number | undefined} maxBitrate bit/s of a picture in one size
 * @param {Taken | null} taken
 * @param {number} height captured lines, 0: not known
 * @param {{nudged?: boolean, rests?: ReadonlySet<string> | null, ceiling?: number}} [moment] of several sizes: a little less each; these
 *   are off. `ceiling`: bit/s of all together, 0: none
 */
export function adjust(encodings, maxBitrate, taken, height, { nudged = false, rests = null, ceiling = 0 } = {}) {
  const several = encodings.length > 1;
  const total = ceiling || Infinity;
  let left = total; // The smallest first: a larger one beside it would only take what it lacks.
  let changed = false;
  for (const encoding of encodings) {
    const size = encoding.rid ?? "";
    const wanted = !taken?.paused && !rests?.has(size) && (!several || !taken?.layers.length || taken.layers.includes(size));
    const own = several ? bitrateOf(height, encoding.scaleResolutionDownBy ?? 1, maxBitrate ?? 0) - (nudged ? NUDGE : 0) : Math.min(maxBitrate ?? 0, taken?.maxBitrate || Infinity);
    const active = wanted && (left === total || left >= own * WORTH);
    const most = active ? Math.min(own, left) : own;
    left -= active ? most : 0;
    if ((encoding.active ?? true) !== active) {
      encoding.active = active;
      changed = true;
    }
    if (most && encoding.maxBitrate !== most) {
      encoding.maxBitrate = most;
      changed = true;
    }
  }
  return changed;
}
