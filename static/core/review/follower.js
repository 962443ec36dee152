// One file's picture and sound kept on the master clock. Speaks to a media element through a port, so that tests stand in for it.

/** @typedef {import("./messages.js").Segment} Segment */
/** @typedef {{muted: boolean, volume: number}} Sound volume 0 to 1 */
/**
 * @typedef {object} Media
 * @property {number} currentTime seconds from the file's beginning; setting it seeks
 * @property {number} duration seconds, NaN while unknown
 * @property {boolean} paused
 * @property {boolean} seeking
 * @property {boolean} ended
 * @property {boolean} ready whether there is enough data to go on playing
 * @property {"" | "damaged" | "unsupported" | "unreachable"} fault
 * @property {(rate: number) => void} setRate
 * @property {(sound: Sound) => void} setSound
 * @property {() => Promise<void>} play
 * @property {() => void} pause
 * @property {() => void} fetchMore from now on data is wanted, not only the file's head
 * @property {() => void} release gives memory and connection back
 */

/** Milliseconds: nearer than this counts as there. */
const SETTLED = 10;
/** Milliseconds from which on the speed is nudged; the gap to SETTLED keeps it from flickering. */
const NUDGE_FROM = 25;
/** Milliseconds nobody may be away from the clock for longer than a moment: lips and voices of different people still fit. */
export const LIMIT = 80;
/** A single measurement beyond this counts at once; below it, it may be the steps in which browsers tell their position. */
const AT_ONCE = 1.5 * LIMIT;
/** Largest nudge as part of the speed: beyond it voices sound wrong. */
const MOST = 0.05;
/** Milliseconds of drift that call for a nudge of 100 %: a drift is gone after a second or two. */
const GAIN = 1000;
/** Weight of a new measurement: browsers tell the position in steps of up to 40 ms. */
const FRESH = 0.4;
/** Seconds before its end where a file that is shorter than promised is shown. */
const BEFORE_END = 0.04;

/**
 * The factor on the speed that brings a drift back.
 * @param {number} drift milliseconds; positive: ahead of the clock
 * @param {boolean} isNudged whether it is being brought back already
 * @returns {number} 0.95 to 1.05
 */
export function nudge(drift, isNudged) {
  if (Math.abs(drift) <= (isNudged ? SETTLED : NUDGE_FROM)) return 1;
  return 1 - Math.min(MOST, Math.max(-MOST, drift / GAIN));
}

export class Follower {
  /** Milliseconds ahead of the clock, smoothed. */
  drift = 0;
  #asked = Number.NaN;
  #samples = 0;
  #factor = 1;
  #resting = false;

  /** @param {Segment} segment @param {Media} media */
  constructor(segment, media) {
    this.segment = segment;
    this.media = media;
  }

  /** Whether the others have to wait for it. */
  get isWaiting() {
    return !this.media.fault && !this.media.ended && (this.media.seeking || !this.media.ready);
  }

  /** @param {number} ms of the recording @returns {number} seconds of the file */
  target(ms) {
    const seconds = Math.max(0, (ms - this.segment.start_ms) / 1000);
    const { duration } = this.media;
    return Number.isFinite(duration) ? Math.min(seconds, Math.max(0, duration - BEFORE_END)) : seconds;
  }

  /** @param {number} ms */
  isPlaced(ms) {
    const target = this.target(ms);
    return !this.media.seeking && (target === this.#asked || Math.abs(this.media.currentTime - target) * 1000 <= SETTLED);
  }

  /** Goes to a moment and stays there. Nothing is asked for twice: a browser may round what it was asked for. @param {number} ms */
  place(ms) {
    if (!this.media.paused) this.media.pause();
    this.#forget();
    if (this.media.seeking || this.isPlaced(ms)) return;
    this.#asked = this.target(ms);
    this.media.currentTime = this.#asked;
  }

  /** @param {number} rate @returns {Promise<void>} rejects as play() of a media element does */
  start(rate) {
    this.#forget();
    this.#asked = Number.NaN;
    this.#setRate(rate);
    return this.media.play();
  }

  /**
   * Measures the drift and brings it back: a nudge, or standing still while too far ahead.
   * @param {number} ms
   * @param {number} rate
   */
  follow(ms, rate) {
    if (this.media.ended) return this.#forget();
    const drift = (this.media.currentTime - this.target(ms)) * 1000;
    const isSmall = Math.abs(drift) <= AT_ONCE;
    this.drift = this.#samples && isSmall ? this.drift + (drift - this.drift) * FRESH : drift;
    this.#samples += 1;
    if (this.#resting) {
      if (drift <= SETTLED) void this.start(rate).catch(() => {}); // It played a moment ago: the next look sees whether it does.
    } else if (this.drift > LIMIT) {
      this.media.pause();
      this.#resting = true;
    } else this.#setRate(rate);
  }

  /** Whether it stands still on purpose. */
  get isResting() {
    return this.#resting;
  }

  /** The clock took another position: what was measured before means nothing now. */
  remeasure() {
    this.drift = 0;
    this.#samples = 0;
  }

  #forget() {
    this.remeasure();
    this.#resting = false;
    this.#factor = 1;
  }

  /** @param {number} rate */
  #setRate(rate) {
    this.#factor = nudge(this.drift, this.#factor !== 1);
    this.media.setRate(rate * this.#factor);
  }
}
