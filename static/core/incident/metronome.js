// The beat for chest compressions. Seen by whoever counts `beat`, heard where a context is given. Sound is laid down ahead on the
// context's own clock, so that a busy page does not make it stumble.

/** Compressions a minute: the middle of the 100 to 120 of the European Resuscitation Council's guidelines. */
export const BEATS_A_MINUTE = 110;
const BEAT_S = 60 / BEATS_A_MINUTE;
/** Seconds of sound laid down ahead. */
const AHEAD_S = 0.4;
/** Milliseconds between looks. */
const LOOK_MS = 40;
const CLICK_S = 0.05;
const CLICK_HZ = 880;
const CLICK_GAIN = 0.5;

/** Beats that have been, `elapsed` milliseconds after the first. @param {number} elapsed */
export function beatsAfter(elapsed) {
  return Math.floor(Math.max(0, elapsed) / (BEAT_S * 1000)) + 1;
}

/** @param {AudioContext} context @param {number} at seconds of its clock */
function click(context, at) {
  const [tone, gain] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = CLICK_HZ;
  gain.gain.setValueAtTime(CLICK_GAIN, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + CLICK_S);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + CLICK_S);
}

/**
 * Begins at once.
 * @param {{context: AudioContext | null, onBeat: (beat: number) => void}} options without a context it is silent
 * @returns {() => void} ends it
 */
export function startMetronome({ context, onBeat }) {
  const began = performance.now();
  let next = context ? context.currentTime + 0.02 : 0;
  let shown = 0;
  const look = () => {
    const beats = beatsAfter(performance.now() - began);
    if (beats !== shown) onBeat(beats);
    shown = beats;
    if (!context || context.state !== "running") return;
    if (next < context.currentTime) next = context.currentTime + 0.02; // The page slept: no burst of what was missed.
    for (; next < context.currentTime + AHEAD_S; next += BEAT_S) click(context, next);
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
