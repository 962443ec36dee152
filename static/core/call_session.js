// One seat in one call: joins the signaling stream, its reduced state, the media connection and the devices into signals that views read.
// Views call its verbs; what they see changes only through the signals.
import { batch, computed, effect, signal, untracked } from "../vendor/preact.js";
import { api as pageApi } from "./api.js";
import { CallMedia } from "./call_media.js";
import { Chat } from "./chat.js";
import { Devices } from "./devices.js";
import { Peer } from "./peer.js";
import { Playout } from "./playout.js";
import { reduce } from "./reducer.js";
import { Relay } from "./relay.js";
import { Signal } from "./signal.js";
import { connectSocket } from "./socket.js";
import { clock } from "./timers.js";
import { ViewWish } from "./view_wish.js";
import { inCall, isWaiting, mediaExpected, meIn, othersIn, waitingIn, wantedTracks } from "./states.js";
import { recallWish, rememberWish } from "./media_wish.js";

/** @typedef {import("./messages.js").CallState} CallState */
/** @typedef {import("./messages.js").CallMessage} CallMessage */
/** @typedef {import("./messages.js").LiveMessage} LiveMessage */
/** @typedef {import("./messages.js").Answer} Answer */
/** @typedef {import("./messages.js").Offer} Offer */

/**
 * @typedef {object} CallPorts replaced in tests
 * @property {import("./api.js").Api} [api]
 * @property {(payload: import("./signal.js").ConnectPayload) => import("./signal.js").SocketLike} [connect]
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} [createConnection]
 * @property {Devices} [devices] already open ones, from the device check; the caller closes them
 * @property {Signal} [link] the seat's connection, where one is there already, with the state it has told
 * @property {CallState | null} [state]
 * @property {Relay} [relay] the one told to that connection
 * @property {boolean} [watches] sends nothing
 */

/** Milliseconds for an offer's answer. The server needs 100; a network that has just changed needs a second try more than patience. */
const OFFER_MS = 4_000;
/** Milliseconds a goodbye may take before the page goes on without the server's word. */
const LEAVE_MS = 3_000;
/** Milliseconds after which the size of a tile is old news. */
const VIEW_MS = 4_000;
/** Milliseconds after which a reported quality is too old to show. */
const QUALITY_MS = 10_000;
/** Milliseconds between reports of one's own reception. */
const REPORT_MS = 60_000;
/** Milliseconds of reception that make a report worth sending when the way has changed. */
const WAY_MS = 8_000;

export class CallSession {
  /** @type {import("../vendor/preact.js").Signal<import("./signal.js").SignalState>} */
  connection = signal("connecting");
  /** Why it ended (see Signal.reason). @type {import("../vendor/preact.js").Signal<string | null>} */
  endReason = signal(null);
  /** @type {import("../vendor/preact.js").Signal<CallState | null>} */
  state = signal(null);
  /** Who speaks. @type {import("../vendor/preact.js").Signal<string | null>} */
  speaker = signal(null);
  /** How much of each still came, 0 to 1. @type {import("../vendor/preact.js").Signal<Readonly<Record<string, number>>>} */
  stillProgress = signal({});
  /** Reported by the server. @type {import("../vendor/preact.js").Signal<ReadonlyMap<string, {data: import("./messages.js").Quality, at: number}>>} */
  quality = signal(new Map());
  me = computed(() => meIn(this.state.value));
  others = computed(() => othersIn(this.state.value));
  waiting = computed(() => waitingIn(this.state.value));
  inCall = computed(() => this.state.value !== null && inCall(this.state.value.you.state));
  /** Receives no pictures, by the person's choice, for this call. @type {import("../vendor/preact.js").Signal<boolean>} */
  audioOnly;
  /** Receives nothing at all: somebody who must not be heard. */
  quiet = signal(false);
  media;
  chat;
  /** Real-time text, once somebody uses it. @type {import("../vendor/preact.js").Signal<import("./live_text/live_text.js").LiveText | null>} */
  text = signal(null);
  /** How large pictures are shown. */
  showing;
  devices;
  /** Something to be heard as well as seen. @type {(event: "message") => void} */
  onEvent = () => {};
  #link;
  #api;
  #ownsDevices;
  #mediaBegun = false;
  #playout = new Playout();
  #toldMedia = "";
  /** What the last report ended with. @type {import("./stats.js").Sample | null} */
  #reported = null;
  /** The path the last report named. */
  #reportedPath = "";
  /** @type {(() => void)[]} */
  #stop = [];

  /** @param {{sessionId: string, as: "staff" | "seat"} & CallPorts} options */
  constructor({ sessionId, as, api = pageApi, connect = (payload) => connectSocket("/call", payload), createConnection, devices, link, state = null, relay, watches = false }) {
    this.sessionId = sessionId;
    this.as = as;
    this.audioOnly = signal(recallWish(sessionId)?.audioOnly ?? false);
    this.#api = api;
    this.#ownsDevices = !devices;
    this.devices = devices ?? new Devices();
    this.relay = relay ?? new Relay({ ask: () => api.post(`/sessions/${sessionId}/ice`, { as }) });
    this.#link = link ?? new Signal({ connect, fetchTicket: () => this.#ticket() });
    this.connection.value = this.#link.state;
    this.state.value = state;
    const peer = new Peer({
      postOffer: (offer) => this.#postOffer(offer),
      iceServers: () => this.relay.servers,
      negotiated: (attempt, offer) => void this.#link.command("negotiated", { attempt, offer }).catch(() => {}),
      ...(createConnection ? { createConnection } : {}),
    });
    this.media = new CallMedia({ devices: this.devices, peer });
    this.media.sends = !watches;
    this.relay.onLateRenewal = () => {
      if (peer.state !== "connected") peer.networkChanged();
    };
    this.chat = new Chat(this.#link, this.state);
    this.showing = new ViewWish({ tell: (tiles) => this.#link.command("set_view", { tiles }, { giveUpAfter: VIEW_MS }) });
  }

  start() {
    // First: with a state that is in the call already, the effect below takes the devices over at once.
    this.media.onState = (state) => this.#tellMedia(state);
    this.#stop = [
      this.#link.on("message", (message) => this.#received(message)),
      this.#link.on("live", (message) => this.#heard(message)),
      this.#link.on("state", (state) => this.#connectionChanged(state)),
      this.media.peer.on("tracks", () => this.showing.again()),
      effect(() => {
        const [state, connection] = [this.state.value, this.connection.value];
        void [this.audioOnly.value, this.quiet.value];
        if (state && connection !== "ended" && connection !== "replaced") untracked(() => this.#followState(state));
      }),
    ];
    this.#stop.push(effect(() => {
      if (this.me.value?.needs?.some((need) => need === "cannot_hear" || need === "cannot_speak")) untracked(() => void this.openText(true).catch(() => {}));
    }));
    this.#stop.push(effect(() => this.#followWay(this.media.reception.value?.sample ?? null)));
    const reporting = setInterval(() => this.#reportQuality(), REPORT_MS);
    this.#stop.push(() => clearInterval(reporting));
    this.#link.start();
  }

  /** Lets go of everything without a word to the server: the page closes or another view comes. @param {{keepLink?: boolean}} [options] */
  stop({ keepLink = false } = {}) {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.#endMedia();
    this.chat.end();
    this.text.value?.stop();
    if (!keepLink) this.#link.stop();
    if (!keepLink) this.relay.stop();
    if (this.#ownsDevices) this.devices.close();
  }

  /** The network changed or the machine slept. */
  networkChanged() {
    this.#link.renew();
    this.relay.woke();
    this.media.peer.networkChanged();
  }

  /**
   * A command of docs/protocol.md section 2.3; rejects with CommandError.
   * @param {string} name
   * @param {Record<string, unknown>} [fields]
   * @param {{commandId?: string, giveUpAfter?: number}} [options]
   */
  command(name, fields, options) {
    return this.#link.command(name, fields, options);
  }

  /** Whether the server lets us do this. @param {string} action */
  can(action) {
    return this.state.value?.you.can.includes(action) ?? false;
  }

  /** Loads real-time text. @param {boolean} suggested the person reads or writes instead of hearing or speaking */
  async openText(suggested) {
    const { LiveText } = await import("./live_text/live_text.js");
    this.text.value ??= new LiveText({ link: this.#link, state: this.state, chat: this.chat });
    if (suggested) this.text.value.suggest();
    return this.text.value;
  }

  /** Sound alone, or pictures again: the server sends what is asked for, and nothing else. @param {boolean} audioOnly */
  hearOnly(audioOnly) {
    this.audioOnly.value = audioOnly;
    this.#remember();
  }

  /** Gives the seat up; works without the server as well. */
  async leave() {
    await this.#link.command("leave", {}, { giveUpAfter: LEAVE_MS }).catch(() => {});
    this.#ended("left");
    this.#link.stop();
  }

  /** Ends the call for all; rejects with CommandError. */
  async end() {
    await this.#link.command("end");
    this.#ended("ended");
  }

  async #ticket() {
    const answer = await this.#api.post(`/sessions/${this.sessionId}/ticket`, { as: this.as }, { retry: false });
    this.relay.take(answer.ice);
    return /** @type {string} */ (answer.ticket);
  }

  /** @param {Offer} offer @returns {Promise<Answer>} */
  #postOffer(offer) {
    return this.#api.post(`/sessions/${this.sessionId}/offer`, { ...offer, as: this.as }, { retry: false, timeout: OFFER_MS });
  }

  /** @param {CallMessage} message */
  #received(message) {
    // A new snapshot may come from a server that has started anew and knows nothing of our devices.
    if (message.type === "snapshot") this.#toldMedia = "";
    batch(() => {
      this.state.value = reduce(this.state.value, message);
      if (message.type === "chat" && this.chat.received(message.data)) this.onEvent("message");
    });
    if (message.type === "media_reset") this.media.peer.reset();
    if (message.type === "snapshot") this.#tellMedia(this.media.state);
  }

  /** @param {LiveMessage} message */
  #heard(message) {
    if (message.type === "send_layers") {
      const { source, layers, max_bitrate: maxBitrate, redundant, paused } = message.data;
      this.media.take(source, { layers, maxBitrate, redundant, paused });
    } else if (message.type === "speaker") this.speaker.value = message.data.participant_id;
    else if (message.type === "text" || (message.type === "text_now" && message.data.lines.length)) this.text.value ?? void this.openText(false).catch(() => {});
    else if (message.type === "typing") this.chat.startedTyping(message.data.participant_id);
    else if (message.type === "still_progress") this.stillProgress.value = { ...this.stillProgress.value, [message.data.id]: message.data.received / message.data.size };
    else if (message.type === "quality") {
      this.quality.value = new Map(this.quality.value).set(message.data.participant_id, { data: message.data, at: Date.now() });
      const [others, receivers, me] = [this.others.value, this.media.remote.current.value, this.me.value?.id ?? ""];
      this.#playout.follow({ others, receivers, me, quality: (id) => this.qualityOf(id), now: clock.now() });
    }
  }

  /** Bars of somebody's connection as the server sees it, null when it has not said so lately. @param {string} participantId */
  barsOf(participantId) {
    return this.qualityOf(participantId)?.bars ?? null;
  }

  /** Somebody's connection as the server sees it, null when it has not said so lately. @param {string} participantId */
  qualityOf(participantId) {
    const known = this.quality.value.get(participantId);
    return known && Date.now() - known.at < QUALITY_MS ? known.data : null;
  }

  /** @param {import("./signal.js").SignalState} state */
  #connectionChanged(state) {
    batch(() => {
      this.connection.value = state;
      if (state === "ended") this.#ended(this.#link.reason);
      if (state === "replaced") this.#endMedia();
    });
    if (state === "online") this.#tellMedia(this.media.state);
  }

  /** @param {string | null} reason */
  #ended(reason) {
    batch(() => {
      this.connection.value = "ended";
      this.endReason.value ??= reason ?? "ended";
    });
    this.#endMedia();
    this.relay.stop();
    if (this.#ownsDevices) {
      this.devices.stop("camera");
      this.devices.stop("microphone");
    }
  }

  /** After each change of state: connect media when let in, receive what there is to receive. @param {CallState} state */
  #followState(state) {
    const { peer } = this.media;
    const audioOnly = this.audioOnly.value;
    const quiet = this.quiet.value;
    peer.expecting = !quiet && mediaExpected(state, audioOnly);
    peer.videoCodec = state.policy.video_codec;
    this.media.limitVideo(state.policy);
    peer.subscribe(quiet ? [] : wantedTracks(state, audioOnly));
    if (isWaiting(state.you.state) && !this.#mediaBegun) this.media.prepare();
    if (!inCall(state.you.state)) return;
    peer.start(); // First: what was prepared is on its way before anything else is done.
    if (!this.#mediaBegun) void this.#beginMedia();
  }

  #beginMedia() {
    this.#mediaBegun = true;
    const remembered = recallWish(this.sessionId);
    const first = this.#ownsDevices ? { microphone: true, camera: true } : null;
    return this.media.begin(remembered ?? first);
  }

  #endMedia() {
    this.showing.stop();
    this.media.onState = () => {};
    this.media.end();
  }

  /** @param {import("./messages.js").MediaState} media */
  #tellMedia(media) {
    if (!this.#mediaBegun || !this.inCall.peek()) return;
    this.#remember();
    const text = JSON.stringify(media);
    if (text === this.#toldMedia || this.connection.peek() !== "online") return;
    this.#toldMedia = text;
    this.#link.command("media_state", { ...media }).catch(() => { this.#toldMedia = ""; });
  }

  #remember() {
    const { microphone, camera } = this.media.wish;
    rememberWish(this.sessionId, { microphone, camera, audioOnly: this.audioOnly.peek() });
  }

  /** Only we know that a relay carries us: a new way is told before the minute is over. @param {import("./stats.js").Sample | null} sample */
  #followWay(sample) {
    if (!sample) return;
    this.#reported ??= sample;
    if (sample.path !== this.#reportedPath && sample.at - this.#reported.at >= WAY_MS) untracked(() => this.#reportQuality());
  }

  #reportQuality() {
    const sample = this.media.reception.value?.sample ?? null;
    const before = this.#reported;
    this.#reported = sample;
    this.#reportedPath = sample?.path ?? "";
    if (sample && before && this.inCall.value) void this.#report(before, sample);
  }

  /** @param {import("./stats.js").Sample} before @param {import("./stats.js").Sample} now */
  async #report(before, now) {
    // Fetched when the first minute is over: nobody waits for it.
    const found = await import("./receive_report.js").catch(() => null);
    if (found) this.#link.tell("quality_report", found.receiveReport(before, now));
  }
}
