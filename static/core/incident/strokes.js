// Shapes on their way to the server: one at a time, the newest form of each, no faster than it takes them. A line grows at the other side while it is drawn.
import { clock as realClock } from "../timers.js";

/** @typedef {import("../messages.js").DrawnShape} DrawnShape */

/** Milliseconds between two sendings: the server takes four a second. */
const GAP_MS = 280;

export class StrokeSender {
  /** Not there yet, in the order they were begun. @type {Map<string, DrawnShape>} */
  #pending = new Map();
  /** What of it has not been sent in this form. @type {Set<string>} */
  #changed = new Set();
  #send;
  #clock;
  #busy = false;
  #sentAt = -Infinity;
  #onChange;
  #onFault;
  /** @type {(() => void)[]} */
  #waiters = [];

  /**
   * @param {{send: (shape: DrawnShape) => Promise<unknown>, onChange: () => void, onFault: (error: unknown) => void, clock?: import("../timers.js").Clock}} options
   */
  constructor({ send, onChange, onFault, clock = realClock }) {
    this.#send = send;
    this.#onChange = onChange;
    this.#onFault = onFault;
    this.#clock = clock;
  }

  /** What the server has not acknowledged. @returns {DrawnShape[]} */
  get pending() {
    return [...this.#pending.values()];
  }

  /** A shape, or a newer form of it. @param {DrawnShape} shape */
  put(shape) {
    this.#pending.set(shape.id, shape);
    this.#changed.add(shape.id);
    this.#onChange();
    void this.#run();
  }

  /** Resolves when all is there, or was given up. @returns {Promise<void>} */
  settled() {
    if (!this.#pending.size) return Promise.resolve();
    return new Promise((done) => this.#waiters.push(done));
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    for (let id = this.#next(); id; id = this.#next()) {
      await this.#pause();
      await this.#sendOne(id);
    }
    this.#busy = false;
    for (const done of this.#waiters.splice(0)) done();
  }

  #next() {
    const [id] = this.#changed;
    return id;
  }

  /** @param {string} id */
  async #sendOne(id) {
    const shape = /** @type {DrawnShape} */ (this.#pending.get(id));
    this.#changed.delete(id);
    this.#sentAt = this.#clock.now();
    try {
      await this.#send(shape);
    } catch (error) {
      this.#changed.delete(id); // A newer form would be refused as well.
      this.#onFault(error);
    }
    if (!this.#changed.has(id)) this.#pending.delete(id);
    this.#onChange();
  }

  /** @returns {Promise<void>} */
  #pause() {
    const left = this.#sentAt + GAP_MS - this.#clock.now();
    return left > 0 ? new Promise((done) => void this.#clock.after(() => done(), left)) : Promise.resolve();
  }
}
