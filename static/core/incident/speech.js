// Words read aloud by the browser in the reader's language. Silent where the browser has no voice, and always in silent mode.

import { audioContext } from "../audio_level.js";

/** @param {string} tag */
function voiceFor(tag) {
  const base = tag.split("-")[0];
  return globalThis.speechSynthesis?.getVoices().find((voice) => voice.lang.replace("_", "-").split("-")[0] === base) ?? null;
}

/**
 * Says the newest words; what was being said ends.
 * @param {string} words
 * @param {string} tag language
 */
export function say(words, tag) {
  const speech = globalThis.speechSynthesis;
  if (!speech || !globalThis.SpeechSynthesisUtterance || !words) return;
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.lang = tag;
  utterance.rate = 0.95;
  const voice = voiceFor(tag);
  if (voice) utterance.voice = voice;
  speech.cancel();
  speech.speak(utterance);
}

/** In a tap: only there do phones let a page speak later. */
export function wakeVoice() {
  if (globalThis.speechSynthesis && globalThis.SpeechSynthesisUtterance) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
  audioContext();
}

/** Ends what is being said. */
export function hush() {
  globalThis.speechSynthesis?.cancel();
}
