// One RTCPeerConnection of a seat (docs/protocol.md section 3): makes offers, takes answers, closes.
import { LinePool } from "./line_pool.js";

/** @typedef {import("./messages.js").Offer} Offer */
/** @typedef {import("./messages.js").Answer} Answer */

export class Attempt {
  /** Offers made so far. */
  offers = 0;
  /** The next offer restarts ICE. */
  restart = false;
  /** An offer is being written: until it is set, lines must not change, or what we say of them would not be what it says. */
  writing = false;
  /** Whether an answer was ever taken. */
  answered = false;

  /**
   * @param {number} number larger than any before
   * @param {RTCPeerConnection} connection
   * @param {import("./codecs.js").CapabilitiesPort} capabilities
   */
  constructor(number, connection, capabilities) {
    this.number = number;
    this.connection = connection;
    this.lines = new LinePool(connection, capabilities);
  }

  /** Whether the server has to hear of something. */
  get needsOffer() {
    return this.restart || this.lines.dirty || !this.answered;
  }

  /** @returns {Promise<Offer>} */
  async offer() {
    const { connection } = this;
    const restart = this.restart && this.answered;
    // Changes from here on belong to the next offer.
    this.lines.dirty = false;
    this.restart = false;
    this.writing = true;
    try {
      await connection.setLocalDescription(await connection.createOffer({ iceRestart: restart }));
    } finally {
      this.writing = false;
    }
    this.offers += 1;
    return {
      attempt: this.number,
      offer: this.offers,
      sdp: connection.localDescription?.sdp ?? "",
      publish: this.lines.publishing(),
      subscribe: this.lines.subscribing(),
    };
  }

  /** The offer did not reach the server, or its answer did not reach us: all of it must be said again. @param {boolean} restart */
  unsent(restart) {
    this.lines.dirty = true;
    this.restart = this.restart || restart;
  }

  /** @param {Answer} answer */
  async accept(answer) {
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    this.answered = true;
    if (answer.refused.length) this.lines.refuse(new Set(answer.refused.map((one) => one.mid)));
  }

  close() {
    this.connection.onconnectionstatechange = null;
    this.connection.oniceconnectionstatechange = null;
    this.connection.close();
  }
}
