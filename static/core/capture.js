// getUserMedia without surprises: what we ask for, what its errors mean, and the way down from camera and microphone to nothing.

/** @typedef {"camera" | "microphone"} InputKind */
/** @typedef {import("./messages.js").DeviceVerdict} DeviceVerdict */
/** @typedef {{track: MediaStreamTrack | null, verdict: DeviceVerdict}} Captured */
/** @typedef {{deviceId?: string, exact?: boolean, facing?: "user" | "environment"}} Wish */
/** @typedef {Pick<MediaDevices, "getUserMedia">} Capturer */

/** 720p at 30 is what 1.5 Mbit/s carries well; browsers go lower by themselves. */
const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * What a failed getUserMedia tells about the device.
 * @param {unknown} error
 * @returns {DeviceVerdict}
 */
export function verdictOf(error) {
  const name = error instanceof Error || (typeof error === "object" && error) ? String(/** @type {{name?: unknown}} */ (error).name) : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "failed";
}

/**
 * @param {InputKind} kind
 * @param {Wish} wish
 * @returns {MediaTrackConstraints}
 */
export function constraintsFor(kind, wish) {
  /** @type {MediaTrackConstraints} */
  const constraints = kind === "camera" ? { ...CAMERA } : { ...MICROPHONE };
  if (wish.deviceId) constraints.deviceId = wish.exact ? { exact: wish.deviceId } : { ideal: wish.deviceId };
  else if (kind === "camera") constraints.facingMode = { ideal: wish.facing ?? "user" };
  return constraints;
}

/**
 * One device. Never rejects.
 * @param {Capturer | undefined} capturer undefined: no secure context or a browser without WebRTC
 * @param {InputKind} kind
 * @param {Wish} [wish]
 * @returns {Promise<Captured>}
 */
export async function captureOne(capturer, kind, wish = {}) {
  if (!capturer) return { track: null, verdict: "failed" };
  const constraints = constraintsFor(kind, wish);
  try {
    const stream = await capturer.getUserMedia(kind === "camera" ? { video: constraints } : { audio: constraints });
    const [track] = stream.getTracks();
    return track ? { track, verdict: "ok" } : { track: null, verdict: "none" };
  } catch (error) {
    return { track: null, verdict: verdictOf(error) };
  }
}

/**
 * Camera and microphone by one question to the person; when that fails, each by itself. Never rejects.
 * @param {Capturer | undefined} capturer
 * @param {{camera: Wish, microphone: Wish}} wishes
 * @returns {Promise<{camera: Captured, microphone: Captured}>}
 */
export async function captureBoth(capturer, wishes) {
  try {
    if (!capturer) throw new TypeError("no media devices");
    const stream = await capturer.getUserMedia({
      audio: constraintsFor("microphone", wishes.microphone),
      video: constraintsFor("camera", wishes.camera),
    });
    const [audio = null] = stream.getAudioTracks();
    const [video = null] = stream.getVideoTracks();
    return { microphone: { track: audio, verdict: audio ? "ok" : "none" }, camera: { track: video, verdict: video ? "ok" : "none" } };
  } catch {
    const microphone = await captureOne(capturer, "microphone", wishes.microphone);
    const camera = await captureOne(capturer, "camera", wishes.camera);
    return { microphone, camera };
  }
}
