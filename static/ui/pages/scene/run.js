/** One call from the scene: paging, the seat in its session, sound first and the rear camera second; kept for a reload of the page. */
import { effect, signal } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { audioContext } from "../../../core/audio_level.js";
import { CallSession } from "../../../core/call_session.js";
import { Devices } from "../../../core/devices.js";
import { browserStorage } from "../../../core/media_prefs.js";
import { watchPage } from "../../../core/page_visibility.js";
import { ScreenWakeLock } from "../../../core/wakelock.js";
import { ViewState } from "../../call/view_state.js";

/** @typedef {{id: string, name: string, phone: string, on_call: {name: string, level: number}[], mine: boolean}} Speciality */

const LAST = "telemed.speciality";
const RUNNING = "telemed.scene";

/** The speciality called last on this phone. */
export function lastSpeciality() {
  try {
    return browserStorage()?.getItem(LAST) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} id */
function rememberSpeciality(id) {
  try {
    browserStorage()?.setItem(LAST, id);
  } catch {
    // Then the list is shown again next time.
  }
}

/** @param {string | null} sessionId */
function keepRunning(sessionId) {
  try {
    if (sessionId) sessionStorage.setItem(RUNNING, sessionId);
    else sessionStorage.removeItem(RUNNING);
  } catch {
    // Without storage a reload leads back to the button; the call is on Today.
  }
}

function runningSession() {
  try {
    return sessionStorage.getItem(RUNNING);
  } catch {
    return null;
  }
}

/** The call that goes on, if any. @type {import("../../../vendor/preact.js").Signal<SceneCall | null>} */
export const call = signal(null);

/** After a reload: the same call. */
export function resume() {
  const sessionId = runningSession();
  if (!sessionId || call.value) return;
  call.value = new SceneCall(new Devices());
  void call.value.enter(sessionId);
}

/** In the person's tap: sound may begin, the microphone is asked for, and paging starts beside it. @param {string} specialityId @param {string} brief */
export async function getDoctor(specialityId, brief) {
  audioContext();
  rememberSpeciality(specialityId);
  const begun = new SceneCall(new Devices());
  call.value = begun;
  try {
    const answer = await api.post("/pages", { speciality_id: specialityId, brief, command_id: newCommandId() }, { retry: true });
    await begun.enter(answer.session_id);
  } catch (error) {
    begun.close();
    throw error;
  }
}

export class SceneCall {
  /** @type {import("../../../vendor/preact.js").Signal<CallSession | null>} */
  session = signal(null);
  /** @type {ViewState | null} */
  view = null;
  devices;
  #microphone;
  #cameraAsked = false;
  /** @type {(() => void)[]} */
  #stop = [];

  /** @param {Devices} devices */
  constructor(devices) {
    this.devices = devices;
    devices.facing = "environment";
    this.#microphone = devices.start("microphone");
  }

  /** @param {string} sessionId */
  async enter(sessionId) {
    keepRunning(sessionId);
    const session = new CallSession({ sessionId, as: "staff", devices: this.devices });
    this.view = new ViewState(session);
    const wakeLock = new ScreenWakeLock();
    void wakeLock.want();
    const again = () => session.networkChanged();
    const onVisible = (/** @type {boolean} */ visible) => { if (visible) { wakeLock.visible(); void this.devices.revive(); } };
    const connection = /** @type {{connection?: EventTarget}} */ (navigator).connection;
    this.#stop = [
      watchPage({ onVisible, onNetwork: again, onWake: again }, { document, window, connection }),
      () => wakeLock.unwant(),
      effect(() => this.#followConnection(session)),
      effect(() => { if (session.connection.value === "ended") keepRunning(null); }),
    ];
    session.start();
    this.session.value = session;
    document.body.classList.add("in-call");
  }

  /** The camera second: what is heard counts first. @param {CallSession} session */
  #followConnection(session) {
    if (session.media.connection.value !== "connected" || this.#cameraAsked) return;
    this.#cameraAsked = true;
    void this.#microphone.then(() => this.devices.start("camera", { facing: "environment" }));
  }

  /** Lets go of everything. */
  close() {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.session.value?.stop();
    this.devices.close();
    keepRunning(null);
    document.body.classList.remove("in-call");
    if (call.value === this) call.value = null;
  }
}
