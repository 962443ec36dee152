/** Arrivals one cannot miss: a sound that repeats until somebody acknowledges, and a notification. Asked for by a visible control, never on load. */
import { signal } from "../../../vendor/preact.js";
import { audioContext } from "../../../core/audio_level.js";
import { t } from "../../../core/i18n.js";
import { browserStorage } from "../../../core/media_prefs.js";
import { askToNotify, notify } from "../../../core/notify.js";
import { playSound } from "../../../core/sounds.js";

const KEY = "telemed.alerts";
/** Milliseconds between repetitions while somebody waits unacknowledged: insistent, yet one can talk in between. */
const REPEAT = 10_000;
/** So many tones between two notifications to somebody who looks at something else. */
const TONES_PER_NOTIFICATION = 3;

/** @returns {string | null} "on", "off", or null when the person was never asked */
function stored() {
  try {
    return browserStorage()?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}

/** @param {"on" | "off"} value */
function store(value) {
  try {
    browserStorage()?.setItem(KEY, value);
  } catch {
    // Then the question comes again next time.
  }
}

/** Makes the sound possible where it is not yet: browsers want a press first. @param {() => void} onRunning */
function resumeAudio(onRunning) {
  const context = audioContext();
  if (!context || context.state === "running") onRunning();
  else void context.resume().then(onRunning, () => {});
}

/** Someone waits: no name, a locked screen may show it. */
function showNotification() {
  return notify({ title: t("alerts.notification_title"), body: t("alerts.notification_body"), tag: "telemed-waiting", again: true, onClick: () => globalThis.focus() });
}

export function createAlerts() {
  const on = signal(stored() === "on");
  const asked = signal(stored() !== null);
  const blocked = signal(false);
  /** @type {ReturnType<typeof setInterval> | null} */
  let repeating = null;
  let takeBack = () => {};
  let tones = 0;

  const ring = () => {
    if (on.value) blocked.value = !playSound("arrival");
  };
  const remind = () => {
    ring();
    tones += 1;
    if (on.value && tones % TONES_PER_NOTIFICATION === 0 && !document.hasFocus()) takeBack = showNotification();
  };
  const quiet = () => {
    if (repeating !== null) clearInterval(repeating);
    repeating = null;
    takeBack();
  };
  const unlock = () => resumeAudio(() => { blocked.value = false; });
  const set = (/** @type {boolean} */ value) => {
    on.value = value;
    asked.value = true;
    store(value ? "on" : "off");
    if (!value) return;
    unlock();
    playSound("arrival"); // So that one knows what to listen for.
    void askToNotify();
  };
  if (on.value) addEventListener("pointerdown", unlock, { once: true });

  return {
    on,
    asked,
    blocked,
    unlock,
    quiet,
    toggle: () => set(!on.value),
    decline: () => set(false),
    /** Somebody has just come. @param {unknown[]} entries */
    announce(entries) {
      if (!on.value || !entries.length) return;
      ring();
      takeBack = showNotification();
    },
    /** Those whom nobody has acknowledged yet: sound and notification go on as long as there are any. @param {unknown[]} entries */
    follow(entries) {
      if (!entries.length) quiet();
      else repeating ??= setInterval(remind, REPEAT);
    },
  };
}

/** @typedef {ReturnType<typeof createAlerts>} Alerts */
