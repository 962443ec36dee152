// The m-lines of one PeerConnection: each published source keeps its line, received tracks share a pool whose idle lines are recycled.
// `sync` compares what is wished with what is there; lines change by direction only, so an offer never grows without need.
import { encodesSizes, pruneCodecs } from "./codecs.js";
import { adjust, cameraLayers, capturedLines } from "./layers.js";

/** @typedef {import("./messages.js").Kind} Kind */
/** @typedef {import("./messages.js").Source} Source */
/**
 * @typedef {object} Publication
 * @property {MediaStreamTrack | null} track null: the line stays, silent
 * @property {number} [maxBitrate] bit/s
 * @property {boolean} [layers] a new line is made in several sizes, if the picture is large enough
 * @property {import("./layers.js").Taken | null} [taken] what the server said is taken of it
 * @property {number} [ceiling] bit/s of pictures while some wait in this browser (send_queue.js), 0: none
 * @property {boolean} [nudged] its sizes' limits are a little lower; a change is all that counts
 * @property {ReadonlySet<string> | null} [rests] sizes that the browser ended for its link, off for a moment
 */
/** @typedef {{publish: ReadonlyMap<Source, Publication>, subscribe: ReadonlyMap<string, Kind>}} Wishes */
/** @typedef {{transceiver: RTCRtpTransceiver, kind: Kind, source: Source | null, trackId: string | null, spare?: boolean}} Line `spare`: offered as receiving before it is known what */

/** @type {Record<Source, Kind>} */
export const KIND_OF = { microphone: "audio", camera: "video", screen: "video", screen_audio: "audio" };

/** Browsers know the one, or the other (`contentHint`). */
const FLUENT = "maintain-framerate";

export class LinePool {
  /** Whether the lines have changed since the last answer. */
  dirty = false;
  /** Our camera is read: its frame rate counts for more than its size. */
  signs = false;
  /** @type {Line[]} */
  #lines = [];
  /** Kinds whose codec the browser lacks: such lines were rejected, and are not offered again. @type {Set<Kind>} */
  #without = new Set();
  #connection;
  #capabilities;
  #videoCodec;

  /** @param {RTCPeerConnection} connection @param {import("./codecs.js").CapabilitiesPort} capabilities @param {() => import("./codecs.js").VideoCodec} [videoCodec] */
  constructor(connection, capabilities, videoCodec = () => "vp8") {
    this.#connection = connection;
    this.#capabilities = capabilities;
    this.#videoCodec = videoCodec;
  }

  /** Whether pictures can neither be sent nor seen. */
  get lacksVideo() {
    return this.#without.has("video");
  }

  /** Makes the lines what `wishes` say. @param {Wishes} wishes */
  sync(wishes) {
    for (const [source, publication] of wishes.publish) if (!this.#without.has(KIND_OF[source])) this.#publish(source, publication);
    for (const line of this.#lines) {
      if (line.source && !wishes.publish.has(line.source)) this.#silence(line);
      if (line.trackId && !wishes.subscribe.has(line.trackId)) this.#release(line);
    }
    for (const [trackId, kind] of wishes.subscribe) if (!this.#without.has(kind)) this.#subscribe(trackId, kind);
  }

  /** Adds a receiving line for a track that is not known yet: it can be named after the offer is written. @param {Kind} kind */
  spare(kind) {
    this.#add(kind, { direction: "recvonly" }, { kind, source: null, trackId: null, spare: true });
  }

  /** The offer goes out: lines without a track are answered as inactive, and wait like any other idle line. */
  closeSpares() {
    for (const line of this.#lines) {
      if (!line.spare) continue;
      line.spare = false;
      line.transceiver.direction = "inactive";
    }
  }

  /** Lines that send, for the offer. */
  publishing() {
    return this.#lines.flatMap(({ source, transceiver }) =>
      source && transceiver.mid !== null && transceiver.direction === "sendonly" ? [{ mid: transceiver.mid, source }] : []);
  }

  /** Lines that receive, for the offer. */
  subscribing() {
    return this.#lines.flatMap(({ trackId, transceiver }) =>
      trackId && transceiver.mid !== null ? [{ mid: transceiver.mid, track_id: trackId }] : []);
  }

  /** The server will not send on these lines. @param {ReadonlySet<string>} mids */
  refuse(mids) {
    for (const line of this.#lines) {
      if (!line.trackId || line.transceiver.mid === null || !mids.has(line.transceiver.mid)) continue;
      line.trackId = null;
      line.transceiver.direction = "inactive"; // As the answer said; that needs no offer of its own.
    }
  }

  /** The browser lacks the codec of these lines; the answer ends them for good. @param {ReadonlySet<string>} mids */
  drop(mids) {
    const isDropped = (/** @type {Line} */ line) => line.transceiver.mid !== null && mids.has(line.transceiver.mid);
    for (const line of this.#lines.filter(isDropped)) this.#without.add(line.kind);
    this.#lines = this.#lines.filter((line) => !isDropped(line) && !this.#without.has(line.kind));
  }

  /** Receivers of the tracks that the last answer granted. @returns {Map<string, RTCRtpReceiver>} */
  receivers() {
    const granted = this.#lines.filter((line) => line.trackId && line.transceiver.currentDirection === "recvonly");
    return new Map(granted.map((line) => [/** @type {string} */ (line.trackId), line.transceiver.receiver]));
  }

  /** @param {Source} source @returns {RTCRtpSender | null} */
  sender(source) {
    return this.#lines.find((line) => line.source === source)?.transceiver.sender ?? null;
  }

  /** Number of m-lines, idle ones included. */
  get size() {
    return this.#lines.length;
  }

  /** @param {Source} source @param {Publication} publication */
  #publish(source, publication) {
    const line = this.#lines.find((one) => one.source === source);
    if (!line) {
      this.#addSending(source, publication);
      return;
    }
    if (line.transceiver.sender.track !== publication.track) void line.transceiver.sender.replaceTrack(publication.track).catch(() => {});
    void limitSending(line.transceiver.sender, publication, this.signs && source === "camera");
    this.#turn(line, "sendonly");
  }

  /** @param {Source} source @param {Publication} publication */
  #addSending(source, publication) {
    const kind = KIND_OF[source];
    /** @type {RTCRtpTransceiverInit} */
    const init = { direction: "sendonly" };
    const { maxBitrate, track } = publication;
    const layers = publication.layers && encodesSizes(this.#capabilities, this.#videoCodec());
    if (maxBitrate) init.sendEncodings = layers ? cameraLayers(capturedLines(track), maxBitrate) : [{ maxBitrate }];
    this.#add(publication.track ?? kind, init, { kind, source, trackId: null });
  }

  /** @param {string} trackId @param {Kind} kind */
  #subscribe(trackId, kind) {
    if (this.#lines.some((line) => line.trackId === trackId)) return;
    const idle = this.#lines.filter((line) => !line.source && !line.trackId && line.kind === kind);
    const spare = idle.find((line) => line.spare);
    if (spare) {
      spare.trackId = trackId;
      spare.spare = false;
    } else if (idle[0]) this.#reuse(idle[0], trackId);
    else this.#add(kind, { direction: "recvonly" }, { kind, source: null, trackId });
  }

  /** @param {Line} line @param {string} trackId */
  #reuse(line, trackId) {
    line.trackId = trackId;
    this.dirty = true; // Even when the direction has not changed: the line now means another track.
    this.#turn(line, "recvonly");
  }

  /** @param {MediaStreamTrack | Kind} what @param {RTCRtpTransceiverInit} init @param {Omit<Line, "transceiver">} line */
  #add(what, init, line) {
    const transceiver = this.#connection.addTransceiver(what, init);
    pruneCodecs(transceiver, line.kind, this.#capabilities, this.#videoCodec());
    this.#lines.push({ transceiver, ...line });
    this.dirty = true;
  }

  /** @param {Line} line */
  #silence(line) {
    if (line.transceiver.sender.track) void line.transceiver.sender.replaceTrack(null).catch(() => {});
    this.#turn(line, "inactive");
  }

  /** @param {Line} line */
  #release(line) {
    line.trackId = null;
    this.#turn(line, "inactive");
  }

  /** @param {Line} line @param {RTCRtpTransceiverDirection} direction */
  #turn(line, direction) {
    if (line.transceiver.direction === direction) return;
    line.transceiver.direction = direction;
    this.dirty = true;
  }
}

/**
 * Caps what a sender's encoders may produce, and switches off sizes nobody takes. Takes effect without negotiation.
 * @param {RTCRtpSender} sender
 * @param {Publication} publication
 * @param {boolean} signs
 */
async function limitSending(sender, publication, signs) {
  const { maxBitrate, track, taken = null } = publication;
  const parameters = sender.getParameters();
  const changed = signs && parameters.degradationPreference !== FLUENT;
  if (signs && track) track.contentHint = "motion";
  if (changed) parameters.degradationPreference = FLUENT;
  if (!parameters.encodings || !(adjust(parameters.encodings, maxBitrate, taken, capturedLines(sender.track), publication) || changed)) return;
  try {
    await sender.setParameters(parameters);
  } catch {
    // Between an offer and its answer some browsers refuse; the next sync tries again.
  }
}
