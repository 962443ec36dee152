// Sharing the screen: asks, marks the picture as text rather than motion, and notices when the browser's own bar ends it.

/** Screens change little; sharp letters matter more than motion. Frames per second. */
const SCREEN_FPS = 15;
/** Bit/s: a 1080p page is readable with it; the camera's limit does not apply. */
export const SCREEN_BITRATE = 1_500_000;

/** @typedef {{video: MediaStreamTrack, audio: MediaStreamTrack | null, stop: () => void}} SharedScreen */

/** Whether this browser can share (no phone can). */
export function canShareScreen() {
  return typeof globalThis.navigator?.mediaDevices?.getDisplayMedia === "function";
}

/**
 * @param {() => void} onEnded the person ended it outside of our page
 * @returns {Promise<SharedScreen | null>} null when the person thought better of it, or it failed
 */
export async function shareScreen(onEnded) {
  try {
    const stream = await globalThis.navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: SCREEN_FPS } }, audio: true });
    const [video] = stream.getVideoTracks();
    const [audio = null] = stream.getAudioTracks();
    if (!video) return null;
    video.contentHint = "detail";
    video.addEventListener("ended", onEnded);
    const stop = () => {
      video.removeEventListener("ended", onEnded);
      for (const track of stream.getTracks()) track.stop();
    };
    return { video, audio, stop };
  } catch {
    return null;
  }
}
