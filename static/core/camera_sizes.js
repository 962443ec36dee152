// The sizes of our camera as the browser really sends them: it leaves out the larger ones where its link takes no more.
//
// Two things help it. What it still holds of a size it has ended it throws away when that size is switched off; and it looks at
// once whether its link takes more when a limit has changed, else every 5 s.
import { singleTimer } from "./timers.js";

/** @typedef {import("./line_pool.js").Publication} Publication */

/** Milliseconds between changes of a limit while a size is missing, doubled each time: each try may make a thin link's sound wait a little. */
const NUDGE_MS = { first: 2_000, longest: 8_000 };
/** Milliseconds in which a size is off after the browser ended it. Up to two seconds of it, which nobody can use, stood in front of the smallest's pictures. */
const REST_MS = 3_000;

/** Share of what we send that may get lost on a link that is merely narrow. On one that loses more a browser tries larger sizes in vain. */
const LOSSY = 0.02;

/** Whether a size that may be sent is not, beside one that is: as the browser believes its link takes no more, which loses little. @param {Iterable<[string, any]>} report */
export function lacksSize(report) {
  let [sends, lacks] = [false, false];
  for (const [, { type, rid, active, framesPerSecond, fractionLost }] of report) {
    if (fractionLost > LOSSY) return false;
    if (type !== "outbound-rtp" || !rid || !active) continue;
    if (framesPerSecond) sends = true;
    else lacks = true;
  }
  return sends && lacks;
}

/** The sizes whose encoders are told to send something; a browser that does not say names none. @param {Iterable<[string, any]>} report */
function sizesSent(report) {
  const sizes = new Set();
  for (const [, { type, rid, targetBitrate }] of report) if (type === "outbound-rtp" && rid && targetBitrate) sizes.add(rid);
  return sizes;
}

export class CameraSizes {
  #nudgedAt = -Infinity;
  #wait = NUDGE_MS.first;
  /** @type {Set<string>} */
  #sent = new Set();
  #clock;
  #changed;
  #restTimer;

  /** @param {import("./timers.js").Clock} clock @param {() => void} changed limits or sizes of the camera are to be set anew */
  constructor(clock, changed) {
    this.#clock = clock;
    this.#changed = changed;
    this.#restTimer = singleTimer(clock);
  }

  /** Another connection: what was sent on the last one says nothing. */
  forget() {
    this.#sent.clear();
  }

  /** No timer is left. */
  close() {
    this.#restTimer.clear();
    this.forget();
  }

  /** A sample of a connection that stands. @param {Publication} camera @param {RTCStatsReport} report */
  look(camera, report) {
    this.#rest(camera, report);
    this.#nudge(camera, report);
  }

  /** @param {Publication} camera @param {RTCStatsReport} report */
  #rest(camera, report) {
    const before = this.#sent;
    this.#sent = sizesSent(report);
    const taken = camera.taken?.layers;
    const ended = [...before].filter((size) => !this.#sent.has(size) && (!taken?.length || taken.includes(size)));
    if (camera.rests || !this.#sent.size || !ended.length) return;
    camera.rests = new Set(ended);
    this.#changed();
    this.#restTimer.set(REST_MS, () => {
      camera.rests = null;
      this.#changed();
    });
  }

  /** @param {Publication} camera @param {RTCStatsReport} report */
  #nudge(camera, report) {
    const now = this.#clock.now();
    const quiet = now - this.#nudgedAt;
    if (quiet > 2 * NUDGE_MS.longest) this.#wait = NUDGE_MS.first; // It was not needed for a while.
    if (quiet < this.#wait || !lacksSize(report)) return;
    this.#nudgedAt = now;
    this.#wait = Math.min(this.#wait * 2, NUDGE_MS.longest);
    camera.nudged = !camera.nudged;
    this.#changed();
  }
}
