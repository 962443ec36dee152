/** The caller's camera: asked for with patience, turned, lit and enlarged on request where it can. The microphone only by the person's own tap. */
import { signal } from "../../../vendor/preact.js";
import { abilitiesOf, hasOtherCamera, setTorch, setZoom } from "../../../core/incident/abilities.js";
import { wasPutAway } from "../../../core/permission.js";

/** @typedef {import("./flow.js").CameraState} CameraState */
/** @typedef {import("../../../core/messages.js").CallerFacts} CallerFacts */

/** @typedef {"camera" | "microphone"} Kind */

/** Milliseconds after which an open question counts as overlooked. */
const UNANSWERED_MS = 12_000;
/** @type {Partial<Record<CameraState, string>>} */
const TOLD = { ok: "granted", refused: "denied", dismissed: "dismissed", unanswered: "unanswered", none: "unavailable", failed: "unavailable" };

export class CameraWork {
  state = signal(/** @type {CameraState} */ ("untested"));
  microphoneState = signal(/** @type {CameraState} */ ("untested"));
  /** @type {import("../../../vendor/preact.js").Signal<MediaStreamTrack | null>} */
  track = signal(null);
  /** @type {import("../../../vendor/preact.js").Signal<MediaStreamTrack | null>} */
  microphone = signal(null);
  facing = signal(/** @type {"user" | "environment"} */ ("environment"));
  lit = signal(false);
  factor = signal(1);
  abilities = signal(abilitiesOf(null));
  hasOther = signal(false);
  /** @type {(facts: CallerFacts) => void} */
  onFacts = () => {};
  #turns = { camera: 0, microphone: 0 };

  /** @param {import("../../../core/devices.js").Devices} devices */
  constructor(devices) {
    this.devices = devices;
    devices.on("track", ({ kind, track }) => (kind === "camera" ? this.#cameraIs(track) : this.#microphoneIs(track)));
  }

  /** Brings up the browser's question. */
  async open() {
    await this.#question("camera", this.state);
  }

  /** The person's own wish: the picture stops, and comes back. */
  async toggle() {
    if (this.track.value) this.devices.stop("camera");
    else await this.open();
  }

  /** @param {"user" | "environment"} facing @returns {Promise<boolean>} whether it is so now */
  async turnTo(facing) {
    if (this.track.value && this.facing.value === facing) return true;
    if (!this.track.value || !this.hasOther.value) return false;
    const verdict = await this.devices.turnTo(facing);
    this.facing.value = facing;
    return verdict === "ok";
  }

  /** @param {boolean} on @returns {Promise<boolean>} */
  async light(on) {
    const worked = await setTorch(this.track.value, on);
    if (worked) this.lit.value = on;
    return worked;
  }

  /** @param {number} factor @returns {Promise<boolean>} */
  async zoom(factor) {
    const worked = await setZoom(this.track.value, factor);
    if (worked) this.factor.value = factor;
    return worked;
  }

  /** In a tap of the person, whose phone call has ended. */
  async openMicrophone() {
    await this.#question("microphone", this.microphoneState);
  }

  closeMicrophone() {
    this.devices.stop("microphone");
    if (this.microphoneState.value === "ok") this.microphoneState.value = "untested";
  }

  /** Its light goes out. */
  close() {
    this.devices.stop("camera");
    this.closeMicrophone();
    if (this.state.value === "ok") this.state.value = "untested"; // Coming back, it opens again by itself.
  }

  /** Until it is answered; when it was asked once more meanwhile, the newer question says how it is. @param {Kind} kind @param {typeof this.state} state */
  async #question(kind, state) {
    if (state.value === "asking") return;
    state.value = "asking";
    const turn = (this.#turns[kind] += 1);
    const patience = setTimeout(() => {
      if (state.value !== "asking") return;
      state.value = "unanswered";
      this.#tell();
    }, UNANSWERED_MS);
    const verdict = await this.devices.start(kind);
    clearTimeout(patience);
    const dismissed = verdict === "refused" && (await wasPutAway(navigator.permissions, kind));
    if (turn !== this.#turns[kind]) return;
    state.value = dismissed ? "dismissed" : verdict;
    this.#tell();
  }

  /** What was allowed, with what the camera can do. @param {CallerFacts} [more] */
  #tell(more = {}) {
    this.onFacts({ ...more, camera: TOLD[this.state.value] ?? "unasked", microphone: TOLD[this.microphoneState.value] ?? "phone_call" });
  }

  /** @param {MediaStreamTrack | null} track */
  #cameraIs(track) {
    this.track.value = track;
    this.lit.value = false;
    this.factor.value = 1;
    this.abilities.value = abilitiesOf(track);
    if (!track) return;
    this.state.value = "ok";
    void this.#look();
  }

  /** @param {MediaStreamTrack | null} track */
  #microphoneIs(track) {
    this.microphone.value = track;
  }

  async #look() {
    this.hasOther.value = await hasOtherCamera();
    const { torch, zoom } = this.abilities.value;
    this.#tell({ torch, zoom: zoom ? zoom.most : null });
  }
}
