/** One call from the scene: paging, the seat in its session, sound first and the rear camera second; kept for a reload of the page. */
import { effect, signal } from "../../../vendor/preact.js";
import { api, NetworkError, newCommandId } from "../../../core/api.js";
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
const PRESSED = "telemed.scene-press";

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

/** Milliseconds for which a press that got no answer is the same one. */
const PRESS_MS = 60_000;

/** @typedef {{id: string, phone: string, commandId: string, at: number}} Press `id`: of the speciality */

/** @param {Press | null} press */
function keepPress(press) {
  try {
    if (press) sessionStorage.setItem(PRESSED, JSON.stringify(press));
    else sessionStorage.removeItem(PRESSED);
  } catch {
    // Without storage a second press calls a second time.
  }
}

/** @returns {Press | null} */
function recall() {
  try {
    const press = /** @type {Press | null} */ (JSON.parse(sessionStorage.getItem(PRESSED) ?? "null"));
    const age = Date.now() - Number(press?.at); // negative: the clock was set back, and nobody knows how long ago it was
    return typeof press?.id === "string" && typeof press.commandId === "string" && age >= 0 && age < PRESS_MS ? press : null;
  } catch {
    return null;
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

/** Why the last press came to nothing, and whom to telephone instead. @type {import("../../../vendor/preact.js").Signal<{error: unknown, phone: string} | null>} */
export const failure = signal(null);

/** After a reload: the same call; or the press whose answer the old page did not live to see, said again in the same words. */
export function resume() {
  if (call.value) return;
  const sessionId = runningSession();
  if (sessionId) {
    call.value = new SceneCall(new Devices());
    void call.value.enter(sessionId);
    return;
  }
  const press = recall();
  if (press) void getDoctor(press);
}

/**
 * In the person's tap: the call goes out before anything else is begun, then sound may begin and the microphone is asked for.
 * @param {{id: string, phone: string}} speciality
 */
export async function getDoctor({ id, phone }) {
  const before = recall();
  const press = before?.id === id ? before : { id, phone, commandId: newCommandId(), at: Date.now() };
  keepPress(press);
  failure.value = null;
  const answered = api.post("/pages", { speciality_id: id, brief: "", command_id: press.commandId }, { retry: true });
  audioContext();
  rememberSpeciality(id);
  const begun = new SceneCall(new Devices());
  begun.phone = phone;
  call.value = begun;
  try {
    const answer = await answered;
    keepPress(null);
    if (call.value === begun) await begun.enter(answer.session_id);
    else await api.post(`/pages/${answer.page.id}/cancel`, { command_id: newCommandId() }, { retry: true }); // Called off meanwhile.
  } catch (error) {
    const calledOff = call.value !== begun;
    // Without an answer it may ring all the same: the next press is the same one.
    if (calledOff || !(error instanceof NetworkError)) keepPress(null);
    begun.close();
    if (!calledOff) failure.value = { error, phone };
  }
}

export class SceneCall {
  /** @type {import("../../../vendor/preact.js").Signal<CallSession | null>} */
  session = signal(null);
  /** @type {ViewState | null} */
  view = null;
  /** Of the last resort, while nothing else is known. */
  phone = "";
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
