// The one clock everybody in a recording follows. It knows neither pictures nor pages; all times are milliseconds of the recording.
import { signal } from "../../vendor/preact.js";
import { clock as realTime } from "../timers.js";

/** Speeds one can choose. */
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

export class MasterClock {
  /** Whether somebody pressed play; true while waiting for data as well. */
  playing = signal(false);
  /** Whether all wait for somebody's data. */
  held = signal(false);
  rate = signal(1);
  /** Counts jumps: whoever follows looks anew when it changes. */
  jumps = signal(0);
  #base = 0;
  #since = 0;
  #duration;
  #time;

  /**
   * @param {number} duration milliseconds
   * @param {Pick<import("../timers.js").Clock, "now">} [time]
   */
  constructor(duration, time = realTime) {
    this.#duration = Math.max(0, duration);
    this.#time = time;
    this.#since = time.now();
  }

  get duration() {
    return this.#duration;
  }

  /** Whether time goes on at this moment. */
  get running() {
    return this.playing.value && !this.held.value;
  }

  /** Where we are. @returns {number} */
  get position() {
    if (!this.running) return this.#base;
    const passed = (this.#time.now() - this.#since) * this.rate.value;
    return Math.min(this.#duration, Math.max(0, this.#base + passed));
  }

  /** At the end it begins anew. */
  play() {
    if (this.playing.value) return;
    if (this.position >= this.#duration) this.seek(0);
    this.#anchor(this.position);
    this.playing.value = true;
  }

  pause() {
    this.#anchor(this.position);
    this.playing.value = false;
  }

  /** @param {number} ms beyond either end is the end */
  seek(ms) {
    this.#anchor(Math.min(this.#duration, Math.max(0, Number.isFinite(ms) ? ms : 0)));
    this.jumps.value += 1;
  }

  /** @param {number} rate 0.5 to 2 */
  setRate(rate) {
    this.#anchor(this.position);
    this.rate.value = Math.min(2, Math.max(0.5, rate));
  }

  /** The next slower or faster speed. @param {-1 | 1} direction */
  stepRate(direction) {
    const at = RATES.findIndex((rate) => rate >= this.rate.value);
    const next = RATES[Math.min(RATES.length - 1, Math.max(0, at + direction))];
    if (next !== undefined) this.setRate(next);
  }

  /** Stands still until `release`: somebody's data is missing. */
  hold() {
    this.#anchor(this.position);
    this.held.value = true;
  }

  release() {
    this.#anchor(this.position);
    this.held.value = false;
  }

  /** Takes another's idea of where we are, without a jump: the difference is too small to see. @param {number} ms */
  adopt(ms) {
    this.#anchor(Math.min(this.#duration, Math.max(0, ms)));
  }

  /** @param {number} ms */
  #anchor(ms) {
    this.#base = ms;
    this.#since = this.#time.now();
  }
}
