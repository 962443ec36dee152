// A media element that plays by a fake clock: it seeks, buffers, begins late, runs too fast, breaks, as it is told.
export class FakeMedia {
  ended = false;
  fault = "";
  paused = true;
  released = false;
  wantsData = false;
  rate = 1;
  rates = [];
  seeks = [];
  sound = { muted: false, volume: 1 };
  #at = 0;
  #since = 0;
  #readyAt;
  #seekUntil = -1;

  /**
   * @param {{now: () => number}} time
   * @param {{seconds?: number, readyAfter?: number, seekTakes?: number, startsAfter?: number, speed?: number, refuse?: string}} [options]
   *   `readyAfter` milliseconds until there is data, `startsAfter` milliseconds from play() to the first picture, `speed` of its own clock
   */
  constructor(time, { seconds = 60, readyAfter = 0, seekTakes = 50, startsAfter = 0, speed = 1, refuse = "" } = {}) {
    Object.assign(this, { time, duration: seconds, seekTakes, startsAfter, speed, refuse });
    this.#readyAt = time.now() + readyAfter;
  }

  get ready() {
    return this.time.now() >= this.#readyAt;
  }

  get seeking() {
    return this.time.now() < this.#seekUntil;
  }

  get currentTime() {
    if (this.paused) return this.#at;
    const passed = Math.max(0, this.time.now() - this.#since) / 1000;
    const at = this.#at + passed * this.rate * this.speed;
    if (at >= this.duration) this.ended = true;
    return Math.min(this.duration, at);
  }

  set currentTime(seconds) {
    this.#at = seconds;
    this.ended = false;
    this.#since = this.time.now();
    this.#seekUntil = this.time.now() + this.seekTakes;
    this.seeks.push(seconds);
  }

  setRate(rate) {
    if (rate === this.rate) return;
    this.#anchor();
    this.rate = rate;
    this.rates.push(rate);
  }

  setSound(sound) {
    this.sound = sound;
  }

  async play() {
    if (this.refuse) throw Object.assign(new Error(this.refuse), { name: this.refuse });
    if (!this.paused) return;
    this.paused = false;
    this.#since = this.time.now() + this.startsAfter;
  }

  pause() {
    this.#anchor();
    this.paused = true;
  }

  fetchMore() {
    this.wantsData = true;
  }

  release() {
    this.pause();
    this.released = true;
  }

  /** The network is slow for a while. */
  starve(ms) {
    this.#anchor();
    this.#readyAt = this.time.now() + ms;
  }

  #anchor() {
    this.#at = this.currentTime;
    this.#since = Math.max(this.#since, this.time.now());
  }
}
