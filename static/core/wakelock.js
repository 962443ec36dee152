// Keeps the screen awake while wanted, where the browser can.
//
//   off --want--> asking --granted--> held --released by the system (page hidden, battery)--> lost --page visible--> asking
//   any --unwant--> off;   asking --refused--> lost
// Refusal is normal (battery saver, old browsers) and never shown: it is told to the person as advice on the waiting page instead.

/** @typedef {{release: () => Promise<void>, addEventListener: (type: "release", listener: () => void) => void}} Sentinel */
/** @typedef {{request: (type: "screen") => Promise<Sentinel>}} WakeLockPort */

export class ScreenWakeLock {
  /** @type {"off" | "asking" | "held" | "lost"} */
  state = "off";
  /** @type {Sentinel | null} */
  #sentinel = null;
  #port;

  /** @param {WakeLockPort | undefined} [port] */
  constructor(port = /** @type {any} */ (globalThis.navigator)?.wakeLock) {
    this.#port = port;
  }

  /** Whether this browser can at all. */
  get supported() {
    return this.#port !== undefined;
  }

  /** Wants the screen on. Call it again when the page becomes visible. */
  async want() {
    if (this.state === "held" || this.state === "asking" || !this.#port) return;
    this.state = "asking";
    try {
      const sentinel = await this.#port.request("screen");
      if (/** @type {string} */ (this.state) !== "asking") {
        void sentinel.release().catch(() => {});
        return;
      }
      this.#sentinel = sentinel;
      this.state = "held";
      sentinel.addEventListener("release", () => this.#released(sentinel));
    } catch {
      if (this.state === "asking") this.state = "lost";
    }
  }

  /** Lets the screen go dark again. */
  unwant() {
    const sentinel = this.#sentinel;
    this.#sentinel = null;
    this.state = "off";
    void sentinel?.release().catch(() => {});
  }

  /** The page is visible again. */
  visible() {
    if (this.state === "lost") void this.want();
  }

  /** @param {Sentinel} sentinel */
  #released(sentinel) {
    if (sentinel !== this.#sentinel) return;
    this.#sentinel = null;
    this.state = "lost";
  }
}
