/** The person's camera and microphone as signals, from the first question to the call that takes them over. */
import { signal } from "../../../vendor/preact.js";
import { Devices } from "../../../core/devices.js";

/** @typedef {import("../../../core/devices.js").DeviceList} DeviceList */
/** @typedef {import("../../../core/messages.js").DeviceVerdict} DeviceVerdict */
/** @typedef {{camera: DeviceVerdict | "untested", microphone: DeviceVerdict | "untested"}} Verdicts */

/** In this tab the person has said yes before: after a reload the devices come back without being asked for again. */
const KEY = "telemed-devices-allowed";

function allowedBefore() {
  try {
    return sessionStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

function rememberAllowed() {
  try {
    sessionStorage.setItem(KEY, "yes");
  } catch {
    // Then the person taps once more after a reload.
  }
}

export class JoinMedia {
  devices = new Devices();
  camera = signal(/** @type {MediaStreamTrack | null} */ (null));
  microphone = signal(/** @type {MediaStreamTrack | null} */ (null));
  verdicts = signal(/** @type {Verdicts} */ ({ camera: "untested", microphone: "untested" }));
  list = signal(/** @type {DeviceList} */ ({ camera: [], microphone: [], speaker: [] }));
  /** not asked yet, the browser's question is open, answered, or the person went on without */
  step = signal(/** @type {"before" | "asking" | "answered" | "without"} */ ("before"));

  constructor() {
    this.devices.on("track", ({ kind, track }) => {
      this[kind].value = track;
      this.verdicts.value = { ...this.devices.verdicts };
    });
    this.devices.on("list", (list) => { this.list.value = list; });
  }

  /** Brings up the browser's question, or the devices at once where they were allowed. */
  async ask() {
    if (this.step.value === "asking") return;
    this.step.value = "asking";
    const verdicts = await this.devices.open();
    this.verdicts.value = { ...verdicts };
    this.step.value = "answered";
    if (verdicts.camera === "ok" || verdicts.microphone === "ok") rememberAllowed();
  }

  /** After a reload in the same tab: as it was. */
  async restore() {
    if (this.step.value === "before" && allowedBefore()) await this.ask();
  }

  /** The person prefers to be neither seen nor heard. */
  goWithout() {
    this.step.value = "without";
  }

  /** Camera or microphone off and on again, by the person's own hand. @param {"camera" | "microphone"} kind */
  async toggle(kind) {
    if (this[kind].value) this.devices.stop(kind);
    else await this.devices.start(kind);
  }

  /** After the goodbye: the camera's light goes out. A later visit of this page asks again. */
  stop() {
    this.devices.stop("camera");
    this.devices.stop("microphone");
    this.step.value = "before";
  }

  /** What the server is told: someone who went without has refused. @returns {{camera: DeviceVerdict, microphone: DeviceVerdict}} */
  report() {
    const { camera, microphone } = this.verdicts.value;
    return { camera: camera === "untested" ? "refused" : camera, microphone: microphone === "untested" ? "refused" : microphone };
  }
}
