/** Positions on their way to the server: always the newest, one at a time, tried again until it is there. An old one is worth nothing. */
import { ApiError } from "../../../core/api.js";

/** @typedef {import("../../../core/incident/whereabouts.js").Position} Position */
/** @typedef {{lat: number, lon: number, accuracy: number, altitude: number | null, heading: number | null, speed: number | null, taken_at: string}} PositionBody */

/** Milliseconds until the next try. */
const AGAIN_MS = 2_000;

/** @param {Position} position @returns {PositionBody} */
function bodyOf({ latitude, longitude, accuracy_m, altitude_m, heading, speed_mps, at }) {
  return { lat: latitude, lon: longitude, accuracy: accuracy_m, altitude: altitude_m, heading, speed: speed_mps, taken_at: at };
}

export class PositionPost {
  /** @type {Position | null} */
  #waiting = null;
  #sending = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #send;
  #sent;

  /** @param {{send: (body: PositionBody) => Promise<unknown>, sent?: () => void}} ports `sent`: one is there */
  constructor({ send, sent = () => {} }) {
    this.#send = send;
    this.#sent = sent;
  }

  /** @param {Position} position */
  tell(position) {
    this.#waiting = position;
    void this.#go();
  }

  /** There is a network again. */
  again() {
    clearTimeout(this.#timer);
    void this.#go();
  }

  /** Nothing more is sent. */
  stop() {
    clearTimeout(this.#timer);
    this.#waiting = null;
  }

  async #go() {
    if (this.#sending || !this.#waiting) return;
    const position = this.#waiting;
    this.#sending = true;
    try {
      await this.#send(bodyOf(position));
      this.#sent();
      if (this.#waiting === position) this.#waiting = null;
    } catch (error) {
      const isOver = error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
      if (isOver && this.#waiting === position) this.#waiting = null;
    }
    this.#sending = false;
    if (this.#waiting) this.#timer = setTimeout(() => void this.#go(), this.#waiting === position ? AGAIN_MS : 0);
  }
}
