// The clinic's relay (TURN) for networks that let no media through: what the server tells of it, and a fresh credential in time.
// A credential ends by itself (docs/protocol.md section 1.12). Allocations made with it go on; new ones need one that counts.
import { ApiError } from "./api.js";
import { clock as realClock, singleTimer } from "./timers.js";

/** @typedef {import("./messages.js").IceServers} IceServers */

/** Part of a credential's life after which it is renewed: what is made with it shortly after still has half of it left. */
const RENEW_AT = 0.5;
/** Milliseconds until the next try when the server could not be asked. */
const AGAIN_MS = 20_000;

export class Relay {
  /** For RTCPeerConnection; empty without a relay. @type {RTCIceServer[]} */
  servers = [];
  /** A credential has ended unnoticed (the machine slept), and here is a new one. */
  onLateRenewal = () => {};
  #ask;
  #utcNow;
  #timer;
  #takenAt = 0;
  #lifeMs = 0;
  #asking = false;

  /** @param {{ask: () => Promise<IceServers>, clock?: import("./timers.js").Clock, utcNow?: () => number}} ports */
  constructor({ ask, clock = realClock, utcNow = Date.now }) {
    this.#ask = ask;
    this.#utcNow = utcNow;
    this.#timer = singleTimer(clock);
  }

  /** What came with a ticket or was asked for. @param {IceServers | undefined} ice nothing: there is no relay */
  take(ice) {
    if (!ice?.servers.length) return;
    this.servers = ice.servers;
    this.#takenAt = this.#utcNow();
    this.#lifeMs = ice.expires_in * 1000;
    this.#timer.set(this.#lifeMs * RENEW_AT, () => void this.#renew());
  }

  /** After a sleep: timers stood still, and the credential may have ended. */
  woke() {
    if (this.servers.length && this.#utcNow() - this.#takenAt > this.#lifeMs * RENEW_AT) void this.#renew();
  }

  /** No more renewals. */
  stop() {
    this.#timer.clear();
    this.#lifeMs = 0;
  }

  async #renew() {
    if (this.#asking || !this.#lifeMs) return;
    this.#asking = true;
    try {
      const answer = await this.#ask();
      if (!this.#lifeMs) return;
      const late = this.#utcNow() - this.#takenAt > this.#lifeMs;
      this.take(answer);
      if (late) this.onLateRenewal();
    } catch (error) {
      const isOver = error instanceof ApiError && [401, 403, 404, 410].includes(error.status);
      if (isOver) this.stop();
      else if (this.#lifeMs) this.#timer.set(AGAIN_MS, () => void this.#renew());
    } finally {
      this.#asking = false;
    }
  }
}
