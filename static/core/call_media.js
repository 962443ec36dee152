// One's own sound and picture in a call, and the connection that carries them: joins Devices and Peer, and shows both as signals.
import { signal } from "../vendor/preact.js";
import { audioContext, meterTrack, speechDetector } from "./audio_level.js";
import { canShareScreen, SCREEN_BITRATE, shareScreen } from "./screen_share.js";
import { isStrong } from "./layers.js";
import { RemoteTracks } from "./remote_tracks.js";
import { bars, compare, readSample, worst } from "./stats.js";
import { clock } from "./timers.js";

/** @typedef {import("./devices.js").Devices} Devices */
/** @typedef {import("./peer.js").Peer} Peer */
/** @typedef {import("./messages.js").MediaState} MediaState */
/** @typedef {import("./stats.js").Sample} Sample */
/** @typedef {import("./stats.js").LineQuality} LineQuality */
/** @typedef {{sample: Sample, lines: ReadonlyMap<string, LineQuality>, bars: 0 | 1 | 2 | 3}} Reception */
/** @typedef {{microphone: boolean, camera: boolean}} Wish */

/** Milliseconds between two comparisons of the statistics. */
const COMPARE_MS = 2_000;
/** Bit/s of a voice; less while somebody hears it over a very slow link (`send_layers`). It is what browsers send by themselves. */
const VOICE_BITRATE = 32_000;
/** Milliseconds between readings of the own loudness. */
const LEVEL_MS = 100;

export class CallMedia {
  microphone = signal(false);
  camera = signal(false);
  /** @type {import("../vendor/preact.js").Signal<MediaStreamTrack | null>} */
  cameraTrack = signal(null);
  /** @type {import("../vendor/preact.js").Signal<MediaStreamTrack | null>} */
  screenTrack = signal(null);
  /** @type {import("../vendor/preact.js").Signal<import("./peer.js").PeerState>} */
  connection = signal("idle");
  /** @type {import("../vendor/preact.js").Signal<Reception | null>} */
  reception = signal(null);
  /** Why the server does not take the connection now, such as `server_full`; "" when it does. */
  putOff = signal("");
  /** One's own loudness, 0..1, also while muted. */
  level = signal(0);
  /** A phone call or another app has the microphone or the camera, which the person wants on. @type {import("../vendor/preact.js").Signal<"microphone" | "camera" | null>} */
  interrupted = signal(null);
  /** Speaking for half a second with the microphone off. */
  speakingMuted = signal(false);
  /** What of ours is not sent, so that the voice gets through. @type {import("../vendor/preact.js").Signal<ReadonlySet<import("./messages.js").Source>>} */
  held = signal(new Set());
  /** The browser has not the video codec of this call: sound only. */
  lacksVideo = signal(false);
  /** Off for those who only watch: the server takes not even a silent line of them. */
  sends = true;
  remote = new RemoteTracks();
  canShare = canShareScreen();
  /** Told after each change of what others see of us. @type {(state: MediaState) => void} */
  onState = () => {};
  devices;
  peer;
  #maxVideoBitrate = 1_500_000;
  #layers = false;
  /** @type {import("./screen_share.js").SharedScreen | null} */
  #screen = null;
  /** @type {Sample | null} */
  #sample = null;
  /** @type {(() => void)[]} */
  #stop = [];
  #stopMeter = () => {};
  /** In the call, and not just ready for it. */
  #begun = false;

  /** @param {{devices: Devices, peer: Peer}} parts */
  constructor({ devices, peer }) {
    this.devices = devices;
    this.peer = peer;
    this.#stop = [
      devices.on("track", (change) => this.#deviceChanged(change)),
      devices.on("interrupted", () => this.#interruptionChanged()),
      peer.on("tracks", (receivers) => this.remote.update(receivers)),
      peer.on("state", (state) => this.#connectionIs(state)),
      peer.on("putOff", ({ code }) => { this.putOff.value = code; }),
      peer.on("lacksVideo", (lacks) => this.#videoLacks(lacks)),
      peer.on("stats", (report) => this.#measured(report)),
    ];
  }

  /** @param {import("./peer.js").PeerState} state */
  #connectionIs(state) {
    this.connection.value = state;
    if (state === "connecting") this.held.value = new Set(); // What was said of the old path goes with it.
  }

  /** The server said what is taken of a source. @param {import("./messages.js").Source} source @param {import("./layers.js").Taken} taken */
  take(source, taken) {
    const held = new Set(this.held.value);
    if (taken.paused) held.add(source);
    else held.delete(source);
    if (held.size !== this.held.value.size) this.held.value = held;
    this.peer.take(source, taken);
  }

  /** Makes the connection ready, with what is open already, for one who may be let in any moment. Sends nothing. */
  prepare() {
    this.#takeOver();
    this.peer.prepare();
  }

  /** Takes over what is open already, and opens what `wish` names. @param {Wish | null} wish null: leave it as it is */
  async begin(wish) {
    this.#begun = true;
    this.#takeOver();
    if (wish?.microphone && wish.camera) await this.devices.open();
    else if (wish?.microphone) await this.devices.start("microphone");
    else if (wish?.camera) await this.devices.start("camera");
  }

  #takeOver() {
    for (const kind of /** @type {const} */ (["microphone", "camera"])) {
      this.#deviceChanged({ kind, track: this.devices.tracks[kind], verdict: "ok" });
    }
  }

  /** What others are told. @returns {MediaState} */
  get state() {
    const { interrupted } = this.devices;
    return {
      microphone: this.microphone.value,
      camera: this.camera.value && !interrupted.camera && !this.lacksVideo.value,
      screen: this.screenTrack.value !== null,
      interrupted: interrupted.microphone && this.#wanted.microphone,
    };
  }

  /** What the person wants on, whatever the device lets be. @returns {Wish} */
  get wish() {
    return { ...this.#wanted };
  }

  /** In a tap of the person, after a phone call or another app: captures anew, and over a new connection. @returns {Promise<boolean>} whether all is back */
  async comeBack() {
    audioContext();
    const back = await this.devices.revive();
    // The old one's sound stays dead on some iPhones, whatever track it is given.
    if (back) this.peer.reset();
    return back;
  }

  /** @param {boolean} lacks */
  #videoLacks(lacks) {
    if (lacks === this.lacksVideo.value) return;
    this.lacksVideo.value = lacks;
    this.onState(this.state);
  }

  /** Off at once; on may take the browser's question. @returns {Promise<import("./messages.js").DeviceVerdict | "untested">} */
  async toggleMicrophone() {
    const track = this.devices.tracks.microphone;
    if (!track || track.readyState === "ended") return this.devices.start("microphone");
    track.enabled = !track.enabled;
    this.#microphoneIs(track);
    return "ok";
  }

  /** Off closes the camera: its light goes out. */
  async toggleCamera() {
    if (!this.camera.value) return this.devices.start("camera");
    this.devices.stop("camera");
    return "ok";
  }

  /** Begins or ends sharing. @returns {Promise<boolean>} whether the screen is shared now */
  async toggleScreen() {
    if (this.#screen) {
      this.stopScreen();
      return false;
    }
    const shared = await shareScreen(() => this.stopScreen());
    if (!shared) return false;
    this.#screen = shared;
    this.screenTrack.value = shared.video;
    this.peer.publish("screen", shared.video, SCREEN_BITRATE);
    if (shared.audio) this.peer.publish("screen_audio", shared.audio);
    this.onState(this.state);
    return true;
  }

  stopScreen() {
    this.#screen?.stop();
    this.#screen = null;
    this.screenTrack.value = null;
    this.peer.unpublish("screen");
    this.peer.unpublish("screen_audio");
    this.onState(this.state);
  }

  /** The room's limit for a camera, bit/s, and whether the server takes several sizes of it. @param {import("./messages.js").Policy} policy */
  limitVideo({ max_video_bitrate: bitrate, layers = false }) {
    this.#layers = layers && isStrong();
    if (bitrate === this.#maxVideoBitrate) return;
    this.#maxVideoBitrate = bitrate;
    if (this.cameraTrack.value) this.#publishCamera(this.cameraTrack.value);
  }

  /** @param {MediaStreamTrack | null} track */
  #publishCamera(track) {
    this.peer.publish("camera", track, this.#maxVideoBitrate, this.#layers);
  }

  /** Ends the connection and lets go of everything but the devices, which their owner closes. */
  end() {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.#stopMeter();
    if (this.#screen) this.stopScreen();
    this.peer.close();
    this.remote.update(new Map());
  }

  /** @param {import("./devices.js").TrackChange} change */
  #deviceChanged({ kind, track }) {
    const live = track?.readyState === "live" ? track : null;
    if (kind === "camera") this.#cameraIs(live);
    else this.#microphoneIs(live);
  }

  /** @param {MediaStreamTrack | null} track */
  #cameraIs(track) {
    this.#wanted.camera = track !== null || this.devices.interrupted.camera;
    this.cameraTrack.value = track;
    this.camera.value = track !== null;
    // A line that was never needed is not made; one that was stays, silent, so that turning on again needs no offer.
    if (track || this.#cameraUsed) this.#publishCamera(track);
    this.#cameraUsed ||= track !== null;
    this.#interruptionChanged();
  }

  /** After each change of a device: what the system has of what is wanted, and what others are told. */
  #interruptionChanged() {
    const { interrupted } = this.devices;
    const wanted = /** @type {const} */ (["microphone", "camera"]).find((kind) => interrupted[kind] && this.#wanted[kind]);
    this.interrupted.value = wanted ?? null;
    this.onState(this.state);
  }

  #cameraUsed = false;
  /** @type {Wish} */
  #wanted = { microphone: false, camera: false };
  /** @type {MediaStreamTrack | null} */
  #metered = null;

  /** The microphone's line always exists: it carries the connection even when nobody sends. @param {MediaStreamTrack | null} track */
  #microphoneIs(track) {
    if (track || !this.devices.interrupted.microphone) this.#wanted.microphone = track?.enabled ?? false;
    this.microphone.value = track !== null && track.enabled;
    if (this.sends) this.peer.publish("microphone", track, VOICE_BITRATE);
    if (this.#begun && track !== this.#metered) {
      this.#meter(track);
      this.#metered = track;
    }
    this.#interruptionChanged();
  }

  /** @param {MediaStreamTrack | null} track */
  #meter(track) {
    this.#stopMeter();
    this.level.value = 0;
    if (!track) return;
    const meter = meterTrack(track);
    const speaks = speechDetector(clock);
    const timer = setInterval(() => {
      this.level.value = meter.read();
      this.speakingMuted.value = speaks(this.level.value) && !track.enabled;
    }, LEVEL_MS);
    this.#stopMeter = () => {
      clearInterval(timer);
      meter.close();
      this.speakingMuted.value = false;
    };
  }

  /** @param {RTCStatsReport} report */
  #measured(report) {
    const now = clock.now();
    if (this.#sample && now - this.#sample.at < COMPARE_MS) return;
    const sample = readSample(/** @type {Iterable<[string, any]>} */ (/** @type {unknown} */ (report)), now);
    if (this.#sample) {
      const lines = compare(this.#sample, sample);
      this.reception.value = { sample, lines, bars: bars(worst(lines.values(), sample.rttMs)) };
    }
    this.#sample = sample;
  }
}
