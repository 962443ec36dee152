// The media connection of a seat: what it sends and receives is wished for, and brought about by offers, restarts and new attempts.
//
// States:  idle -> connecting -> connected <-> interrupted -> connecting (new attempt) ...;  close -> idle
//   idle          nothing has been sent; after `prepare` all is ready but the sending
//   interrupted   nothing arrives, ICE has been unsure for a while, or the network changed: ICE is restarted; after 5 s a new attempt
import { ApiError } from "./api.js";
import { Attempt } from "./attempt.js";
import { backoff } from "./backoff.js";
import { CameraSizes } from "./camera_sizes.js";
import { AS_USUAL, browserCapabilities } from "./codecs.js";
import { Emitter } from "./emitter.js";
import { MediaWatch, arrivalOf } from "./media_watch.js";
import { Prepared } from "./prepared.js";
import { SendQueue } from "./send_queue.js";
import { clock as realClock, singleTimer } from "./timers.js";

/** @typedef {import("./messages.js").Source} Source */
/** @typedef {import("./messages.js").Kind} Kind */
/** @typedef {import("./messages.js").Offer} Offer */
/** @typedef {import("./messages.js").Answer} Answer */
/** @typedef {import("./line_pool.js").Publication} Publication */
/** @typedef {ReturnType<typeof singleTimer>} Timer */
/** @typedef {"idle" | "connecting" | "connected" | "interrupted"} PeerState */

/**
 * @typedef {object} PeerPorts
 * @property {(offer: Offer) => Promise<Answer>} postOffer rejects with ApiError or NetworkError
 * @property {(attempt: number, offer: number) => void} negotiated tells the server that an answer is applied
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} [createConnection]
 * @property {() => RTCIceServer[]} [iceServers] the relay, as it is now
 * @property {import("./codecs.js").CapabilitiesPort} [capabilities]
 * @property {import("./timers.js").Clock} [clock]
 * @property {() => number} [random]
 * @property {() => number} [utcNow] milliseconds since the epoch
 */

/** Track changes within this many milliseconds become one offer, when offers follow each other. */
const COALESCE_MS = 100;
/** Milliseconds of quiet after which a change is offered at once: the first thing seen of somebody who comes in. */
const QUIET_MS = 1_000;
/** Milliseconds for what changes in one breath. */
const AT_ONCE_MS = 5;
/** Milliseconds from an ICE restart until it has failed. */
const RECOVER_MS = 5_000;
/** Milliseconds in which ICE may be unsure while media arrives: one lost check is enough for that, the next one is at most 6 s away. */
const DOUBT_MS = 6_500;
/** Milliseconds from a new attempt's first answer until it has failed: ICE and DTLS take five round trips, 3.5 s on a satellite link. */
const CONNECT_MS = 10_000;
/** Milliseconds between samples of arrival. */
const SAMPLE_MS = 250;
/** Tries at the pace the server asked for, before the pause grows. */
const PATIENT_TRIES = 10;
/** First jump of the attempt's number after another device's clock was ahead; doubles. */
const STALE_JUMP_MS = 30_000;
/** Milliseconds until refused tracks are asked for again; doubles up to the second figure. */
const REFUSED_MS = { first: 1_000, longest: 15_000 };

/** @extends {Emitter<{state: PeerState, tracks: ReadonlyMap<string, RTCRtpReceiver>, stats: RTCStatsReport, refused: {code: string}, putOff: {code: string}, lacksVideo: boolean}>} */
export class Peer extends Emitter {
  /** @type {PeerState} */
  state = "idle";
  /** Whether media should be arriving now: someone sends, nobody holds us. Set by the owner. */
  expecting = false;
  /** Attempts made; for the technical details. */
  attempts = 0;
  /** @type {Map<Source, Publication>} */
  #publish = new Map();
  /** What the server said of this attempt's pictures. @type {Map<Source, import("./layers.js").Taken>} */
  #taken = new Map();
  /** @type {Map<string, Kind>} */
  #subscribe = new Map();
  /** @type {Attempt | null} */
  #attempt = null;
  #lastNumber = 0;
  /** Whether our clock numbers attempts; no longer once the server named a number. */
  #clockCounts = true;
  /** The browser would not take an answer that asks it to send in another way. */
  #refusesSending = false;
  #failures = 0;
  #offeredAt = -Infinity;
  #refusedWait = REFUSED_MS.first;
  #watch = new MediaWatch();
  /** @type {Required<PeerPorts>} */
  #ports;
  /** @type {Timer} */
  #offerTimer;
  /** @type {Timer} */
  #refusedTimer;
  /** @type {Timer} */
  #recoverTimer;
  /** @type {Timer} */
  #doubtTimer;
  /** @type {Timer} */
  #sampleTimer;
  #prepared;
  #sizes;
  #sendQueue = new SendQueue();
  /** The room's; to be set before connecting. @type {import("./codecs.js").VideoCodec} */
  videoCodec = "vp8";

  /** @param {PeerPorts} ports */
  constructor(ports) {
    super();
    this.#ports = {
      createConnection: (configuration) => new RTCPeerConnection(configuration),
      iceServers: () => [],
      capabilities: browserCapabilities,
      clock: realClock,
      random: Math.random,
      utcNow: Date.now,
      ...ports,
    };
    const { clock } = this.#ports;
    this.#offerTimer = singleTimer(clock);
    this.#refusedTimer = singleTimer(clock);
    this.#recoverTimer = singleTimer(clock);
    this.#doubtTimer = singleTimer(clock);
    this.#sizes = new CameraSizes(clock, () => this.#changed());
    this.#sampleTimer = singleTimer(clock);
    this.#prepared = new Prepared({
      create: () => this.#createAttempt(),
      wishes: () => this.#wishes(),
      utcNow: () => this.#ports.utcNow(),
      timer: singleTimer(clock),
    });
  }

  /** Makes ready what `start` will need, and keeps it as it is wished. The server hears nothing of it. */
  prepare() {
    if (!this.#attempt) this.#prepared.make();
  }

  /** Connects. Publications and subscriptions may be set before or after. */
  start() {
    if (this.#attempt) return;
    this.#newAttempt(this.#prepared.take());
    this.#sampleTimer.set(SAMPLE_MS, () => void this.#sample());
  }

  /** Ends the connection; `start` begins again. */
  close() {
    for (const timer of [this.#offerTimer, this.#refusedTimer, this.#recoverTimer, this.#doubtTimer, this.#sampleTimer]) timer.clear();
    this.#sizes.close();
    this.#prepared.drop();
    this.#attempt?.close();
    this.#attempt = null;
    this.#setState("idle");
    this.emit("tracks", new Map());
  }

  /**
   * Sends `track` as `source`; null keeps the line without media. A change of track on a line needs no offer.
   * @param {Source} source
   * @param {MediaStreamTrack | null} track
   * @param {number} [maxBitrate] bit/s
   * @param {boolean} [layers] whether a line that is made now may come in several sizes
   */
  publish(source, track, maxBitrate, layers = false) {
    this.#publish.set(source, { track, layers, taken: this.#taken.get(source) ?? null, ...(maxBitrate ? { maxBitrate } : {}) });
    this.#shareCeiling();
    this.#changed();
  }

  /** The server said what is taken of a picture or of the voice of ours. @param {Source} source @param {import("./layers.js").Taken} taken */
  take(source, taken) {
    this.#taken.set(source, taken);
    const publication = this.#publish.get(source);
    if (publication) publication.taken = taken;
    if (publication && this.#attempt && !this.#attempt.writing) this.#attempt.lines.sync(this.#wishes());
    this.#sendAsTaken();
    if (this.#attempt?.needsAnswer && !this.#offerTimer.running) this.#schedule(AT_ONCE_MS);
  }

  #sendAsTaken() {
    if (!this.#attempt || this.#refusesSending) return;
    const voice = this.#taken.get("microphone");
    const still = [...this.#taken].flatMap(([source, { paused }]) => (paused ? [source] : []));
    this.#attempt.sending = { long: (voice?.maxBitrate ?? 0) > 0, redundant: voice?.redundant === true && !this.#sendQueue.isFull, still };
  }

  /** @param {Source} source */
  unpublish(source) {
    this.#taken.delete(source); // What was said of it does not hold for what is published next.
    this.#sendAsTaken();
    if (!this.#publish.delete(source)) return;
    this.#shareCeiling();
    this.#changed();
  }

  /** Receives exactly these tracks. @param {ReadonlyArray<{id: string, kind: Kind}>} tracks */
  subscribe(tracks) {
    const same = tracks.length === this.#subscribe.size && tracks.every((track) => this.#subscribe.has(track.id));
    if (same) return;
    this.#subscribe = new Map(tracks.map((track) => [track.id, track.kind]));
    this.#refusedWait = REFUSED_MS.first;
    this.#changed();
  }

  /** The server lost our media: connect anew. */
  reset() {
    if (this.#attempt) this.#newAttempt();
  }

  /** The device has another network, or the machine slept: the old path is likely dead. */
  networkChanged() {
    this.#prepared.renew();
    if (this.#attempt?.answered) this.#restart(true);
  }

  /** Whether pictures of ours wait in this browser: what else there is to send would only make them wait longer. */
  get picturesWait() {
    return this.#sendQueue.waits;
  }

  /** @returns {Promise<RTCStatsReport | null>} */
  async stats() {
    return (await this.#attempt?.connection.getStats().catch(() => null)) ?? null;
  }

  #changed() {
    this.#prepared.follow();
    if (!this.#attempt) return;
    // Changes of track and rate take effect here; changes of lines wait for the offer.
    if (!this.#attempt.writing) this.#attempt.lines.sync(this.#wishes());
    const quiet = this.#ports.clock.now() - this.#offeredAt >= QUIET_MS;
    if (this.#attempt.needsOffer && !this.#offerTimer.running) this.#schedule(quiet ? AT_ONCE_MS : COALESCE_MS);
  }

  #wishes() {
    return { publish: this.#publish, subscribe: this.#subscribe };
  }

  /** @param {number} ms */
  #schedule(ms) {
    this.#offerTimer.set(ms, () => void this.#negotiate());
  }

  #createAttempt() {
    const { createConnection, iceServers, capabilities } = this.#ports;
    const connection = createConnection({ bundlePolicy: "max-bundle", iceServers: iceServers() });
    return new Attempt(connection, capabilities, iceServers, () => this.videoCodec);
  }

  /** @param {Attempt | null} [prepared] */
  #newAttempt(prepared = null) {
    this.#sizes.forget();
    this.#sendQueue.forget();
    this.#taken.clear(); // All sizes are sent at first: nobody knows yet what is taken of them.
    for (const publication of this.#publish.values()) [publication.taken, publication.ceiling] = [null, 0];
    const attempt = prepared ?? this.#createAttempt();
    this.#attempt?.close();
    attempt.number = Math.max(this.#clockCounts ? this.#ports.utcNow() : 0, this.#lastNumber + 1);
    this.#lastNumber = attempt.number;
    this.attempts += 1;
    this.#attempt = attempt;
    const { connection } = attempt;
    const look = () => this.#attempt === attempt && this.#connectionChanged(connection);
    connection.onconnectionstatechange = look;
    connection.oniceconnectionstatechange = look;
    this.#watch = new MediaWatch();
    this.#recoverTimer.clear();
    this.#setState("connecting");
    // One that is ready goes out before anything else happens on the page.
    if (attempt.offerReady) void this.#negotiate();
    else this.#schedule(0);
  }

  async #negotiate() {
    const attempt = this.#attempt;
    if (!attempt || attempt.busy) return; // A running exchange looks again when it ends.
    attempt.busy = true;
    try {
      attempt.lines.sync(this.#wishes());
      if (attempt.needsOffer) await this.#exchange(attempt);
      else if (attempt.needsAnswer) await this.#answerAgain(attempt);
    } finally {
      attempt.busy = false;
    }
    const next = this.#attempt;
    next?.lines.sync(this.#wishes()); // What was wished for meanwhile.
    if ((next?.needsOffer || next?.needsAnswer) && !this.#offerTimer.running) this.#schedule(next === attempt ? COALESCE_MS : 0);
  }

  /** @param {Attempt} attempt */
  async #answerAgain(attempt) {
    await attempt.answerAgain().catch(() => {
      if (attempt !== this.#attempt) return;
      this.#refusesSending = true;
      attempt.sending = AS_USUAL;
      attempt.lines.dirty = true; // Whatever state that left: a real offer mends it.
    });
  }

  /** @param {Attempt} attempt */
  async #exchange(attempt) {
    const restart = attempt.restart;
    this.#offeredAt = this.#ports.clock.now();
    try {
      const offer = await attempt.offer();
      const answer = await this.#ports.postOffer(offer);
      if (attempt !== this.#attempt) return;
      await attempt.accept(answer);
      this.#failures = 0;
      this.#accepted(attempt, answer);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      attempt.unsent(restart);
      this.#failed(error);
    }
  }

  /** @param {Attempt} attempt @param {Answer} answer */
  #accepted(attempt, answer) {
    this.#ports.negotiated(attempt.number, answer.offer);
    this.emit("putOff", { code: "" });
    if (this.state !== "connected" && !this.#recoverTimer.running) this.#recoverTimer.set(CONNECT_MS, () => this.#gaveUp());
    this.emit("tracks", attempt.lines.receivers());
    this.emit("lacksVideo", attempt.lines.lacksVideo);
    if (answer.refused.every((one) => one.code === "no_codec")) return; // Asking again would change nothing.
    this.#refusedTimer.set(this.#refusedWait, () => this.#changed());
    this.#refusedWait = Math.min(this.#refusedWait * 2, REFUSED_MS.longest);
  }

  /** @param {unknown} error */
  #failed(error) {
    const wait = backoff(this.#failures + 1, this.#ports.random());
    this.#failures += 1;
    if (error instanceof ApiError && ["stale_attempt", "attempt_ahead"].includes(error.code)) this.#overtake(wait, error.nextAttempt);
    else if (error instanceof ApiError && [401, 404, 410].includes(error.status)) {
      this.emit("refused", { code: error.code });
      this.close();
    } else if (error instanceof ApiError && error.retryAfter) this.#putOff(error.code, this.#askedWait(error.retryAfter, wait));
    else if (error instanceof DOMException || error instanceof TypeError) {
      // The browser would not take the answer: a fresh connection has no such history.
      this.#newAttempt();
      this.#schedule(wait);
    } else this.#schedule(wait);
  }

  /** The server cannot take us now: told to whoever shows it, and tried again. @param {string} code @param {number} ms */
  #putOff(code, ms) {
    this.emit("putOff", { code });
    this.#schedule(ms);
  }

  /** The server says when it will be able again: believed for a while, so that the call is back soon after a media worker died. @param {number} retryAfter seconds @param {number} wait milliseconds */
  #askedWait(retryAfter, wait) {
    const asked = retryAfter * 1000 * (1 + 0.2 * this.#ports.random());
    return this.#failures <= PATIENT_TRIES ? asked : Math.max(asked, wait);
  }

  /**
   * Another device of this seat has counted further, or our clock is far ahead: go on from the number the server names.
   * Without one jump, further each time.
   * @param {number} wait @param {number | null} next
   */
  #overtake(wait, next) {
    if (next !== null) this.#clockCounts = false;
    this.#lastNumber = next === null ? this.#lastNumber + STALE_JUMP_MS * 2 ** this.#failures : next - 1;
    this.#newAttempt();
    this.#schedule(wait);
  }

  /** @param {RTCPeerConnection} connection */
  #connectionChanged(connection) {
    const { connectionState, iceConnectionState } = connection;
    if (connectionState === "connected" && iceConnectionState !== "disconnected" && this.state !== "connected") this.#recovered();
    else if (connectionState === "failed" || iceConnectionState === "failed") this.#gaveUp();
    else if (iceConnectionState !== "disconnected") this.#doubtTimer.clear();
    else if (this.state === "connected") this.#doubt(connection);
  }

  /** While media should arrive its silence says more, and sooner, than a check that went lost. @param {RTCPeerConnection} connection */
  #doubt(connection) {
    const sure = () => {
      if (connection.iceConnectionState === "disconnected" && this.state === "connected" && this.#attempt?.connection === connection) this.#restart(false);
    };
    if (this.expecting) this.#doubtTimer.set(DOUBT_MS, sure);
    else sure();
  }

  #recovered() {
    if (this.#attempt && !this.#attempt.busy) this.#attempt.restart = false; // The old path works after all.
    this.#recoverTimer.clear();
    this.#setState("connected");
  }

  /** @param {boolean} now even if a restart is under way */
  #restart(now) {
    const attempt = this.#attempt;
    if (!attempt || (this.#recoverTimer.running && !now)) return;
    attempt.restart = true;
    this.#watch.disarm();
    this.#setState(this.state === "connecting" ? "connecting" : "interrupted");
    this.#recoverTimer.set(RECOVER_MS, () => this.#gaveUp());
    this.#schedule(0);
  }

  /** Starting over helps only when the server can be asked: until then the old connection keeps its chance (and its last picture). */
  #gaveUp() {
    if (this.#attempt?.busy || this.#attempt?.needsOffer) this.#recoverTimer.set(RECOVER_MS, () => this.#gaveUp());
    else this.#newAttempt();
  }

  async #sample() {
    const attempt = this.#attempt;
    const report = await this.stats();
    if (!attempt || attempt !== this.#attempt) {
      if (this.#attempt) this.#sampleTimer.set(SAMPLE_MS, () => void this.#sample());
      return;
    }
    if (report) this.#judge(report);
    this.#sampleTimer.set(SAMPLE_MS, () => void this.#sample());
  }

  /** @param {RTCStatsReport} report */
  #judge(report) {
    const attempt = this.#attempt;
    const now = this.#ports.clock.now();
    const expected = this.state === "interrupted" || (this.state === "connected" && this.expecting);
    const seen = this.#watch.sample(arrivalOf(report), now, expected);
    if (this.state === "connected" && seen.silent) this.#restart(false);
    if (this.state === "interrupted" && attempt) {
      const offered = !attempt.needsOffer && !attempt.busy;
      if (seen.steady || (offered && seen.answered)) this.#recovered();
    }
    const camera = this.#publish.get("camera");
    if (camera && this.state === "connected") this.#sizes.look(camera, report);
    if (this.#sendQueue.look(report, now)) this.#capPictures();
    this.emit("stats", report);
  }

  /** All pictures together get what the ceiling leaves: a camera beside a screen half of it. One that is stopped needs none of it. */
  #shareCeiling() {
    const pictures = [...this.#publish.values()].filter(({ track }) => track?.kind === "video");
    const sent = pictures.filter(({ taken }) => !taken?.paused).length;
    for (const publication of pictures) publication.ceiling = Math.round(this.#sendQueue.ceiling / Math.max(1, sent));
  }

  #capPictures() {
    this.#sendAsTaken();
    this.#shareCeiling();
    this.#changed();
    if (this.#attempt?.needsAnswer && !this.#offerTimer.running) this.#schedule(AT_ONCE_MS);
  }

  /** @param {PeerState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", state);
  }
}
