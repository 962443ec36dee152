// Loudness, 0..1, of a local track (analyser) or a remote one (the level its RTP packets carry).

/** Below this a room is taken as quiet; a calm voice at arm's length gives 0.1 and more. */
export const SPEECH_LEVEL = 0.08;

/** @type {AudioContext | null} */
let shared = null;

/** One context for the page: browsers allow few. Null where there is none. Each call tries to wake it: call it again in a tap. */
export function audioContext() {
  const Context = globalThis.AudioContext;
  if (!shared && Context) {
    shared = new Context();
    followSound(/** @type {EventTarget & {state: string}} */ (shared));
  }
  // "suspended" before the first tap, "interrupted" (iOS) during a phone call.
  if (shared && shared.state !== "running" && shared.state !== "closed") void shared.resume().catch(() => {});
  return shared;
}

/** @type {Set<(interrupted: boolean) => void>} */
const soundListeners = new Set();

/**
 * Tells when the system takes the page's sound ("interrupted": a phone call on iOS) and when it gives it back. Opens no context.
 * @param {(interrupted: boolean) => void} listener
 * @returns {() => void} stops telling
 */
export function watchSound(listener) {
  soundListeners.add(listener);
  return () => void soundListeners.delete(listener);
}

/** @param {EventTarget & {state: string}} context */
export function followSound(context) {
  let interrupted = false;
  context.addEventListener("statechange", () => {
    if (interrupted === (context.state === "interrupted")) return;
    interrupted = !interrupted;
    for (const tell of soundListeners) tell(interrupted);
  });
}

/**
 * Root mean square of samples in -1..1, lifted so that speech fills the meter.
 * @param {Float32Array} samples
 */
export function level(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return Math.min(1, rms * 4);
}

/**
 * Meters a microphone. Works on a clone, so that it hears even while the sent track is muted:
 * that is how "you are muted and speaking" is known. Nothing of it leaves the page.
 * @param {MediaStreamTrack} track
 * @returns {{read: () => number, close: () => void}}
 */
export function meterTrack(track) {
  const context = audioContext();
  if (!context) return { read: () => 0, close: () => {} };
  const copy = track.clone();
  copy.enabled = true;
  const source = context.createMediaStreamSource(new MediaStream([copy]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      analyser.getFloatTimeDomainData(samples);
      return level(samples);
    },
    close() {
      source.disconnect();
      copy.stop();
    },
  };
}

/**
 * Loudness of what a receiver plays, without decoding it again.
 * @param {RTCRtpReceiver | null} receiver
 */
export function receiverLevel(receiver) {
  const [source] = receiver?.getSynchronizationSources?.() ?? [];
  return Math.min(1, (source?.audioLevel ?? 0) * 2);
}

/**
 * Tells, from levels read every 100 ms or so, whether someone speaks: half a second of it, not a cough.
 * @param {{now: () => number}} clock
 */
export function speechDetector(clock) {
  /** @type {number | null} */
  let since = null;
  let last = 0;
  /** @param {number} loudness */
  return (loudness) => {
    const now = clock.now();
    if (now - last > 400) since = null;
    if (loudness >= SPEECH_LEVEL) {
      since ??= now;
      last = now;
    }
    return since !== null && now - since >= 500;
  };
}
