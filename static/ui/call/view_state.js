/** What the stage shows beside the call itself: the open panel and dialog, who is pinned, how pictures fit. Lives as long as the page. */
import { computed, signal } from "../../vendor/preact.js";
import { audioContext } from "../../core/audio_level.js";
import { loadPrefs, savePrefs } from "../../core/media_prefs.js";
import { signerFor } from "../../core/signer.js";

/** @typedef {"incident" | "chat" | "people" | "notes" | "technical"} Panel */
/** @typedef {{name: "devices"} | {name: "help"} | {name: "invite"} | {name: "needs"} | {name: "shortcuts"} | {name: "remove" | "deny", participantId: string}} OpenDialog */
/** @typedef {import("../../core/call_session.js").CallSession} CallSession */

const PINNED = "telemed.pin-";
/** Milliseconds in which "end for all" can be taken back. */
export const END_DELAY_MS = 5_000;

export class ViewState {
  /** @type {import("../../vendor/preact.js").Signal<Panel | null>} */
  panel = signal(null);
  /** @type {import("../../vendor/preact.js").Signal<OpenDialog | null>} */
  dialog = signal(null);
  /** Tile that takes the stage: by the person's choice, before there is one who signs to somebody who signs. */
  pinned = computed(() => this.#chosen.value ?? signerFor(this.#session.me.value, this.#session.others.value));
  /** Large speaker, others in a strip. */
  spotlight = signal(false);
  prefs = signal(loadPrefs());
  /** The browser plays no sound before the person presses something. */
  soundBlocked = signal(false);
  /** When the call will end for all, milliseconds since the epoch. @type {import("../../vendor/preact.js").Signal<number | null>} */
  endingAt = signal(null);
  /** Elements that play voices. @type {Set<HTMLAudioElement>} */
  voices = new Set();
  /** The main tile's video, for picture in picture. @type {import("../../vendor/preact.js").Signal<HTMLVideoElement | null>} */
  mainVideo = signal(null);
  fullScreen = signal(false);
  /** More entries of the menu. @type {import("../../vendor/preact.js").Signal<() => import("../components/menu.js").MenuItem[]>} */
  moreItems = signal(() => []);
  /** What must be known of the recording. @type {import("../../vendor/preact.js").Signal<import("./banners.js").Shown | null>} */
  recordingBanner = signal(null);
  #session;
  /** Kept for a reload. Null: nothing was chosen; "": nobody. @type {import("../../vendor/preact.js").Signal<string | null>} */
  #chosen = signal(null);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #endTimer;

  /** @param {CallSession} session */
  constructor(session) {
    this.#session = session;
    try {
      this.#chosen.value = sessionStorage.getItem(PINNED + session.sessionId);
    } catch {
      // Then a reload forgets it.
    }
  }

  /** Opens a panel, or closes it when it is open. @param {Panel} panel */
  toggle(panel) {
    this.show(this.panel.value === panel ? null : panel);
  }

  /** @param {Panel | null} panel */
  show(panel) {
    this.panel.value = panel;
    this.#session.chat.show(panel === "chat");
  }

  /** @param {Partial<import("../../core/media_prefs.js").MediaPrefs>} change */
  prefer(change) {
    this.prefs.value = savePrefs(change);
  }

  /** @param {string} tile */
  togglePin(tile) {
    this.#chosen.value = this.pinned.value === tile ? "" : tile;
    try {
      sessionStorage.setItem(PINNED + this.#session.sessionId, this.#chosen.value);
    } catch {
      // Likewise.
    }
  }

  /** In a press of the person: only there do browsers let sound begin. */
  playVoices() {
    this.soundBlocked.value = false;
    audioContext();
    for (const voice of this.voices) void voice.play().catch(() => {});
  }

  /** The system took the page's sound, as for a phone call, or gave it back. @param {boolean} interrupted */
  soundInterrupted(interrupted) {
    if (interrupted) this.soundBlocked.value = true;
    else this.playVoices();
  }

  /** Ends the call for all in a few seconds, so that a slip of the hand can be taken back. @param {() => void} end */
  endSoon(end) {
    if (this.endingAt.value !== null) return;
    this.endingAt.value = Date.now() + END_DELAY_MS;
    this.#endTimer = setTimeout(() => {
      this.endingAt.value = null;
      end();
    }, END_DELAY_MS);
  }

  keepGoing() {
    clearTimeout(this.#endTimer);
    this.endingAt.value = null;
  }
}
