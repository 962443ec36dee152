// One RTCPeerConnection of a seat (docs/protocol.md section 3): makes offers, takes answers, closes.
import { AS_USUAL, askForAudioAgain, askForSending } from "./codecs.js";
import { LinePool } from "./line_pool.js";

/** @typedef {import("./messages.js").Offer} Offer */
/** @typedef {import("./messages.js").Answer} Answer */

export class Attempt {
  /** Set when it begins; larger than any before. */
  number = 0;
  /** Offers made so far. */
  offers = 0;
  /** The next offer restarts ICE. */
  restart = false;
  /** An offer is being written: until it is set, lines must not change, or what we say of them would not be what it says. */
  writing = false;
  /** An exchange is running. Of this attempt: the browser never ends what it began on a connection that was closed meanwhile. */
  busy = false;
  /** How sound and pictures are to be sent. @type {import("./codecs.js").Sending} */
  sending = AS_USUAL;
  /** How they are: so said the answer that was taken last. */
  #sending = AS_USUAL;
  /** As the server wrote it. */
  #answer = "";
  /** Whether an answer was ever taken. */
  answered = false;
  /** The local description is the offer to be sent next. */
  #written = false;
  /** @type {Promise<unknown>} */
  #ahead = Promise.resolve();
  #iceServers;
  #capabilities;

  /**
   * @param {RTCPeerConnection} connection
   * @param {import("./codecs.js").CapabilitiesPort} capabilities
   * @param {() => RTCIceServer[]} [iceServers] the relay, as it is now
   * @param {() => import("./codecs.js").VideoCodec} [videoCodec] the room's
   */
  constructor(connection, capabilities, iceServers = () => [], videoCodec = () => "vp8") {
    this.connection = connection;
    this.#iceServers = iceServers;
    this.#capabilities = capabilities;
    this.lines = new LinePool(connection, capabilities, videoCodec);
  }

  /** Whether the server has to hear of something. */
  get needsOffer() {
    return this.restart || this.lines.dirty || !this.answered;
  }

  /** Whether the answer has to be taken anew, for us to send in another way. */
  get needsAnswer() {
    return this.answered && JSON.stringify(this.sending) !== JSON.stringify(this.#sending);
  }

  /** Whether an offer lies written and unsent. */
  get offerReady() {
    return this.#written;
  }

  /** Writes the next offer before it is wanted. Never rejects: what cannot be written now is written when it is sent. */
  writeAhead() {
    this.#ahead = this.#ahead.then(() => this.#write()).catch(() => {});
    return this.#ahead;
  }

  /** The offer to send: the one written ahead, if it still says what is wished. @returns {Promise<Offer>} */
  async offer() {
    await this.#ahead;
    if (!this.#written || this.restart || this.lines.dirty) await this.#write();
    this.#written = false;
    this.offers += 1;
    const offer = {
      attempt: this.number,
      offer: this.offers,
      sdp: askForAudioAgain(this.connection.localDescription?.sdp ?? "", this.#capabilities),
      publish: this.lines.publishing(),
      subscribe: this.lines.subscribing(),
    };
    this.lines.closeSpares();
    return offer;
  }

  async #write() {
    const { connection } = this;
    const restart = this.restart && this.answered;
    this.#written = false;
    // Changes from here on belong to the next offer.
    this.lines.dirty = false;
    this.restart = false;
    this.writing = true;
    try {
      if (restart) this.#renewServers();
      await connection.setLocalDescription(await connection.createOffer({ iceRestart: restart }));
    } finally {
      this.writing = false;
    }
    this.#written = true;
  }

  /** Only now: other servers make the next offer a restart (RFC 9429 section 4.1.18), and the credential is another each time. */
  #renewServers() {
    const iceServers = this.#iceServers();
    if (iceServers.length) this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
  }

  /** The offer did not reach the server, or its answer did not reach us: all of it must be said again. @param {boolean} restart */
  unsent(restart) {
    this.lines.dirty = true;
    this.restart = this.restart || restart;
  }

  /** @param {Answer} answer */
  async accept(answer) {
    const lacking = answer.refused.filter((one) => one.code === "no_codec");
    this.lines.drop(new Set(lacking.map((one) => one.mid))); // First: a line that the answer ends loses its mid.
    await this.#take(answer.sdp);
    this.answered = true;
    this.lines.signs = answer.mode === "sign";
    this.lines.refuse(new Set(answer.refused.map((one) => one.mid)));
  }

  /**
   * To send in another way. What a packet holds changes with an answer, and answers come to offers; but ours says nothing new, and the
   * last answer still holds: the server hears nothing of it, which over a very slow link would take half a minute.
   */
  async answerAgain() {
    this.writing = true;
    try {
      await this.connection.setLocalDescription(await this.connection.createOffer());
    } finally {
      this.writing = false;
    }
    await this.#take(this.#answer);
  }

  /** @param {string} sdp */
  async #take(sdp) {
    const { sending } = this;
    const sources = new Map(this.lines.publishing().map((line) => [line.mid, line.source]));
    await this.connection.setRemoteDescription({ type: "answer", sdp: askForSending(sdp, sources, sending) });
    this.#answer = sdp;
    this.#sending = sending;
  }

  close() {
    this.connection.onconnectionstatechange = null;
    this.connection.oniceconnectionstatechange = null;
    this.connection.close();
  }
}
