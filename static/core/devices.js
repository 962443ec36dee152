// The person's camera, microphone and speaker: opened, chosen, lost and found again. Nothing here ever blocks or rejects:
// a device that fails is a verdict, and the call goes on without it.
import { captureBoth, captureOne } from "./capture.js";
import { Emitter } from "./emitter.js";
import { loadPrefs, savePrefs } from "./media_prefs.js";
import { clock as realClock } from "./timers.js";

/** @typedef {import("./capture.js").InputKind} InputKind */
/** @typedef {import("./capture.js").Wish} Wish */
/** @typedef {import("./messages.js").DeviceVerdict} DeviceVerdict */
/** @typedef {{id: string, label: string}} DeviceEntry */
/** @typedef {{camera: DeviceEntry[], microphone: DeviceEntry[], speaker: DeviceEntry[]}} DeviceList */
/** @typedef {{kind: InputKind, track: MediaStreamTrack | null, verdict: DeviceVerdict}} TrackChange */

/** Milliseconds a track may be silenced by the system (a phone call, another page) before it is said, and before we capture anew. */
const SAY_MUTED_MS = 700;
const MUTED_MS = 3_000;
/** Waits before capturing an ended track again: a cable comes back, a driver restarts. */
const RECAPTURE_DELAYS_MS = [200, 1_000, 3_000];

/** @extends {Emitter<{track: TrackChange, list: DeviceList, lost: {kind: InputKind}, interrupted: {kind: InputKind}}>} */
export class Devices extends Emitter {
  /** @type {{camera: MediaStreamTrack | null, microphone: MediaStreamTrack | null}} */
  tracks = { camera: null, microphone: null };
  /** @type {{camera: DeviceVerdict | "untested", microphone: DeviceVerdict | "untested"}} */
  verdicts = { camera: "untested", microphone: "untested" };
  /** Taken by the system (a phone call, another app, a pulled cable) and not given back yet. */
  interrupted = { camera: false, microphone: false };
  /** @type {"user" | "environment"} */
  facing = "user";
  #media;
  #clock;
  /** Counts captures per kind: a slow answer must not overrule a later wish. */
  #turn = { camera: 0, microphone: 0 };
  #listening = new AbortController();
  #remembers = true;

  /**
   * @param {{media?: MediaDevices | undefined, clock?: import("./timers.js").Clock, facing?: "user" | "environment"}} [ports]
   *   `facing`: the camera of that side, whatever was chosen on this device before
   */
  constructor(ports = {}) {
    super();
    if (ports.facing) [this.facing, this.#remembers] = [ports.facing, false];
    this.#media = "media" in ports ? ports.media : globalThis.navigator?.mediaDevices;
    this.#clock = ports.clock ?? realClock;
    this.#media?.addEventListener?.("devicechange", () => this.#devicesChanged(), { signal: this.#listening.signal });
  }

  /** Opens camera and microphone with one question. Already open ones are kept. */
  async open() {
    const need = { camera: !isLive(this.tracks.camera), microphone: !isLive(this.tracks.microphone) };
    if (need.camera && need.microphone) {
      const turn = { camera: ++this.#turn.camera, microphone: ++this.#turn.microphone };
      const found = await captureBoth(this.#media, { camera: this.#wish("camera"), microphone: this.#wish("microphone") });
      this.#take("microphone", found.microphone, turn.microphone);
      this.#take("camera", found.camera, turn.camera);
    } else if (need.camera) await this.start("camera");
    else if (need.microphone) await this.start("microphone");
    void this.#listChanged();
    return this.verdicts;
  }

  /**
   * Opens one device, or opens it anew as `wish` says.
   * @param {InputKind} kind
   * @param {Wish} [wish]
   */
  async start(kind, wish = this.#wish(kind)) {
    const turn = ++this.#turn[kind];
    const old = this.tracks[kind];
    // Many phones open one camera at a time: the old one goes first when another is wanted.
    if (kind === "camera" && old) this.#release(kind);
    let found = await captureOne(this.#media, kind, wish);
    if (!found.track && wish.exact) found = await captureOne(this.#media, kind, {});
    // What the system has only silenced may be given back by itself: kept while there is nothing better.
    if (found.track || !isLive(this.tracks[kind])) this.#take(kind, found, turn);
    return found.verdict;
  }

  /** Closes a device: its light goes out. @param {InputKind} kind */
  stop(kind) {
    this.#turn[kind] += 1;
    this.#interrupt(kind, false);
    if (!this.tracks[kind]) return;
    this.#release(kind);
    this.emit("track", { kind, track: null, verdict: "ok" });
  }

  /** Uses another device and remembers it. @param {InputKind} kind @param {string} deviceId */
  async choose(kind, deviceId) {
    savePrefs(kind === "camera" ? { cameraId: deviceId } : { microphoneId: deviceId });
    return this.start(kind, { deviceId, exact: true });
  }

  /** Front camera to back camera and back; for phones. */
  async flip() {
    return this.turnTo(this.facing === "user" ? "environment" : "user");
  }

  /** @param {"user" | "environment"} facing towards the person, or away from them */
  async turnTo(facing) {
    this.facing = facing;
    if (this.#remembers) savePrefs({ cameraId: "" });
    return this.start("camera", { facing: this.facing });
  }

  /**
   * After the page was away (screen dark, another app), or in a tap after a phone call: opens again what the system took meanwhile.
   * @returns {Promise<boolean>} whether nothing is missing any more
   */
  async revive() {
    const taken = /** @type {const} */ (["microphone", "camera"]).filter((kind) => {
      const track = this.tracks[kind];
      return this.interrupted[kind] || (track && (track.readyState === "ended" || track.muted));
    });
    const verdicts = await Promise.all(taken.map((kind) => this.start(kind)));
    return verdicts.every((verdict) => verdict === "ok");
  }

  /** @returns {Promise<DeviceList>} names are empty until the person has allowed a device */
  async list() {
    const entries = await this.#media?.enumerateDevices?.().catch(() => []) ?? [];
    /** @param {MediaDeviceKind} kind */
    const of = (kind) => entries.filter((one) => one.kind === kind && one.deviceId).map((one) => ({ id: one.deviceId, label: one.label }));
    return { camera: of("videoinput"), microphone: of("audioinput"), speaker: of("audiooutput") };
  }

  /** Id of the device in use, "" when none. @param {InputKind} kind */
  currentId(kind) {
    return this.tracks[kind]?.getSettings?.().deviceId ?? "";
  }

  /** Closes everything; the object is of no use afterwards. */
  close() {
    this.#listening.abort();
    this.clear();
    this.stop("camera");
    this.stop("microphone");
  }

  /** @param {InputKind} kind @returns {Wish} */
  #wish(kind) {
    const prefs = loadPrefs();
    const deviceId = kind === "camera" ? prefs.cameraId : prefs.microphoneId;
    return deviceId && this.#remembers ? { deviceId } : { facing: this.facing };
  }

  /** @param {InputKind} kind @param {import("./capture.js").Captured} found @param {number} turn */
  #take(kind, found, turn) {
    if (turn !== this.#turn[kind]) {
      found.track?.stop();
      return;
    }
    const old = this.tracks[kind];
    this.#release(kind);
    this.tracks[kind] = found.track;
    this.verdicts[kind] = found.verdict;
    // Who was muted stays muted, whatever the device does.
    if (found.track && old && !old.enabled) found.track.enabled = false;
    if (found.track) this.#watch(kind, found.track);
    this.emit("track", { kind, track: found.track, verdict: found.verdict });
    if (found.track && !found.track.muted) this.#interrupt(kind, false);
  }

  /** @param {InputKind} kind @param {boolean} on */
  #interrupt(kind, on) {
    if (this.interrupted[kind] === on) return;
    this.interrupted[kind] = on;
    this.emit("interrupted", { kind });
  }

  /** @param {InputKind} kind */
  #release(kind) {
    const track = this.tracks[kind];
    this.tracks[kind] = null;
    track?.stop(); // `stop` by ourselves fires no "ended".
  }

  /** @param {InputKind} kind @param {MediaStreamTrack} track */
  #watch(kind, track) {
    const mine = () => this.tracks[kind] === track;
    const silenced = () => mine() && track.muted;
    track.addEventListener("ended", () => mine() && void this.#recapture(kind, track.enabled));
    track.addEventListener("mute", () => {
      this.#clock.after(() => silenced() && this.#interrupt(kind, true), SAY_MUTED_MS);
      this.#clock.after(() => silenced() && void this.start(kind), MUTED_MS);
    });
    track.addEventListener("unmute", () => mine() && this.#interrupt(kind, false));
    // Captured during a phone call it may be silent from the start.
    if (track.muted) this.#clock.after(() => silenced() && this.#interrupt(kind, true), SAY_MUTED_MS);
  }

  /** The device went away: say so, and look for it (or its stand-in) for a few seconds. @param {InputKind} kind @param {boolean} enabled */
  async #recapture(kind, enabled) {
    const turn = ++this.#turn[kind];
    this.tracks[kind] = null;
    this.verdicts[kind] = "failed";
    this.#interrupt(kind, true);
    this.emit("lost", { kind });
    this.emit("track", { kind, track: null, verdict: "failed" });
    for (const delay of RECAPTURE_DELAYS_MS) {
      await new Promise((done) => this.#clock.after(() => done(null), delay));
      if (turn !== this.#turn[kind]) return; // The person has chosen otherwise.
      const found = await captureOne(this.#media, kind, this.#wish(kind));
      if (found.track) {
        found.track.enabled = enabled;
        this.#take(kind, found, turn);
        return;
      }
    }
  }

  async #listChanged() {
    this.emit("list", await this.list());
  }

  #devicesChanged() {
    void this.#listChanged();
    for (const kind of /** @type {const} */ (["microphone", "camera"])) {
      // A headset or camera is plugged in again.
      if (this.interrupted[kind] && !this.tracks[kind]) void this.start(kind);
    }
  }
}

/** @param {MediaStreamTrack | null} track */
function isLive(track) {
  return track?.readyState === "live";
}

/** Whether sound can be sent to a chosen speaker (not in Safari, not in older Firefox). */
export function canChooseSpeaker() {
  return "setSinkId" in (globalThis.HTMLMediaElement?.prototype ?? {});
}
