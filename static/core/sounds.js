// Short soft tones made by WebAudio (no files), with a vibration twin on phones. One switch: MediaPrefs.sounds.
import { audioContext } from "./audio_level.js";
import { loadPrefs } from "./media_prefs.js";

/** @typedef {"arrival" | "admitted" | "left" | "message" | "recording_on" | "recording_off" | "test"} SoundName */

/** Notes in hertz, each NOTE_S long; vibration in milliseconds. @type {Record<SoundName, {notes: number[], vibrate: number[]}>} */
const SOUNDS = {
  arrival: { notes: [523.25, 659.25, 783.99], vibrate: [120, 80, 120] },
  admitted: { notes: [587.33, 880], vibrate: [150] },
  left: { notes: [587.33, 440], vibrate: [80] },
  message: { notes: [880], vibrate: [40] },
  recording_on: { notes: [440, 659.25], vibrate: [60, 60, 60] },
  recording_off: { notes: [659.25, 440], vibrate: [60] },
  test: { notes: [523.25, 659.25, 783.99, 1046.5], vibrate: [] },
};
/** On while this person's device must stay silent, whatever its own switch says. */
export const silence = { on: false };
const NOTE_S = 0.16;
/** Peak gain: clearly heard beside speech, never startling. */
const PEAK = 0.12;

/**
 * Plays unless the person turned sounds off or must be silent (the speaker test always plays: it was asked for).
 * @param {SoundName} name
 * @returns {boolean} whether it could be played
 */
export function playSound(name) {
  if (name !== "test" && (silence.on || !loadPrefs().sounds)) return false;
  const { notes, vibrate } = SOUNDS[name];
  if (vibrate.length) globalThis.navigator?.vibrate?.(vibrate);
  const context = audioContext();
  if (!context || context.state === "closed") return false;
  notes.forEach((hertz, index) => playNote(context, hertz, context.currentTime + index * NOTE_S));
  return context.state === "running";
}

/** @param {AudioContext} context @param {number} hertz @param {number} at seconds of the context's clock */
function playNote(context, hertz, at) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(PEAK, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + NOTE_S * 2);
}
