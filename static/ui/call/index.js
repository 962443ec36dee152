/** Mounts the call into a page: for staff at /call/<id>, for people with a link within the join page. */
import { html, render } from "../../vendor/preact.js";
import { audioContext, watchSound } from "../../core/audio_level.js";
import { CallSession } from "../../core/call_session.js";
import { watchPage } from "../../core/page_visibility.js";
import { ScreenWakeLock } from "../../core/wakelock.js";
import { Call } from "./call.js";
import { CallContext } from "./context.js";
import { NoteContext } from "./note_context.js";
import { ViewState } from "./view_state.js";

/**
 * @typedef {object} SeatOptions
 * @property {string} sessionId
 * @property {"staff" | "seat"} as
 * @property {import("../../core/devices.js").Devices} [devices] already open ones; the caller closes them
 * @property {import("../../core/signal.js").Signal} [link] the seat's connection, where there is one; the call takes it over
 * @property {import("../../core/messages.js").CallState | null} [state] what it has told so far
 * @property {import("../../core/relay.js").Relay} [relay] what was told to that connection of the relay
 * @property {boolean} [watches] sends nothing
 *
 * @typedef {object} StageOptions
 * @property {CallSession} [prepared] of the same seat
 * @property {import("../../core/note_draft.js").NoteDraft | null} [note] of staff
 * @property {string | null} [admit] participant to admit as soon as they are seen waiting
 * @property {(reason: string | null) => void} [onEnd] the call is over here: a goodbye reason or a refusal; null: another page took the seat
 */

/**
 * A seat that follows its visit without being shown: for one who waits, so that all is ready when the door opens.
 * @param {SeatOptions} options
 */
export function prepareCall(options) {
  const session = new CallSession(options);
  session.start();
  return session;
}

/** @param {CallSession} session */
function watch(session) {
  const wakeLock = new ScreenWakeLock();
  void wakeLock.want();
  const again = () => session.networkChanged();
  const onVisible = (/** @type {boolean} */ visible) => {
    session.showing.hide(!visible && !document.pictureInPictureElement); // A picture taken out of the page is still seen.
    if (!visible) return;
    wakeLock.visible();
    void session.devices.revive();
  };
  const connection = /** @type {{connection?: EventTarget}} */ (navigator).connection;
  const stop = watchPage({ onVisible, onNetwork: again, onWake: again }, { document, window, connection });
  return () => {
    stop();
    wakeLock.unwant();
  };
}

/**
 * @param {HTMLElement} root
 * @param {SeatOptions & StageOptions} options
 * @returns {() => void} unmounts and lets go of everything, without a word to the server
 */
export function mountCall(root, { prepared, note = null, admit = null, onEnd = () => {}, ...seat }) {
  const session = prepared ?? new CallSession(seat);
  const view = new ViewState(session);
  const stopWatching = watch(session);
  const stayForNote = (/** @type {BeforeUnloadEvent} */ event) => {
    if (note?.dirty) event.preventDefault();
  };
  addEventListener("beforeunload", stayForNote);
  const wakeSound = () => void audioContext();
  root.addEventListener("pointerdown", wakeSound);
  const stopSound = watchSound((interrupted) => view.soundInterrupted(interrupted));
  const lookFullScreen = () => { view.fullScreen.value = document.fullscreenElement !== null; };
  document.addEventListener("fullscreenchange", lookFullScreen);
  const parts = { session, view, onEnd };
  render(html`<${CallContext.Provider} value=${parts}><${NoteContext.Provider} value=${note}><${Call} admit=${admit} /></${NoteContext.Provider}></${CallContext.Provider}>`, root);
  if (!prepared) session.start();
  return () => {
    removeEventListener("beforeunload", stayForNote);
    root.removeEventListener("pointerdown", wakeSound);
    stopSound();
    document.removeEventListener("fullscreenchange", lookFullScreen);
    view.keepGoing();
    note?.end();
    stopWatching();
    session.stop();
    render(null, root);
  };
}
