// The next attempt made ready before it may begin: its connection, its lines and its offer, for a person who waits to be let in.
//
// Nothing is sent, to nobody: before the answer a browser encodes nothing and knows no address to send it to.

/** @typedef {import("./attempt.js").Attempt} Attempt */
/** @typedef {import("./line_pool.js").Wishes} Wishes */

/** Milliseconds until it is made anew: the device may have got other addresses without a word. */
const FRESH_MS = 600_000;
/** Receiving lines offered before it is known what they will carry: voice and picture of the one who lets us in. */
const SPARES = /** @type {const} */ (["audio", "video"]);

export class Prepared {
  /** @type {Attempt | null} */
  #attempt = null;
  /** Milliseconds since the epoch. */
  #madeAt = 0;
  #ports;
  #timer;

  /** @param {{create: () => Attempt, wishes: () => Wishes, utcNow: () => number, timer: ReturnType<typeof import("./timers.js").singleTimer>}} ports */
  constructor(ports) {
    this.#ports = ports;
    this.#timer = ports.timer;
  }

  /** Makes it, unless it is there. */
  make() {
    if (this.#attempt) return;
    const attempt = this.#ports.create();
    for (const kind of SPARES) attempt.lines.spare(kind);
    this.#attempt = attempt;
    this.#madeAt = this.#ports.utcNow();
    this.#timer.set(FRESH_MS, () => this.renew());
    void this.#write(attempt);
  }

  /** Other wishes: the lines follow, and the offer where it must. */
  follow() {
    if (this.#attempt) void this.#write(this.#attempt);
  }

  /** The device's addresses may be others now. */
  renew() {
    if (!this.#attempt) return;
    this.drop();
    this.make();
  }

  /** Hands it over, if it is there and still of use. */
  take() {
    const attempt = this.#attempt;
    const age = Math.abs(this.#ports.utcNow() - this.#madeAt);
    if (age > FRESH_MS) this.drop(); // The timer stands still in a page that the system has frozen.
    this.#timer.clear();
    this.#attempt = null;
    return age > FRESH_MS ? null : attempt;
  }

  /** Closes it. */
  drop() {
    this.#timer.clear();
    this.#attempt?.close();
    this.#attempt = null;
  }

  /** @param {Attempt} attempt */
  async #write(attempt) {
    if (attempt.writing) return; // It looks again when it is done.
    attempt.lines.sync(this.#ports.wishes());
    while (attempt.lines.dirty && this.#attempt === attempt) {
      await attempt.writeAhead();
      if (this.#attempt === attempt) attempt.lines.sync(this.#ports.wishes());
    }
  }
}
