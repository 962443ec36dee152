/** One picture. Keeps the last frame of a track that ended until there is another; sound is played elsewhere. */
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { useCall } from "./context.js";

/** Milliseconds without a new frame after which a picture stands still; cameras in the dark send five a second. */
const STILL_MS = 4_000;
const LOOK_MS = 1_000;

/**
 * Calls back each second with whether a picture that moved stands still. In a hidden page none moves. Browsers that do not tell when a
 * frame is shown (Firefox before 132) say nothing.
 * @param {HTMLVideoElement | null} video @param {(still: boolean) => void} tell
 */
function watchStill(video, tell) {
  if (!video?.requestVideoFrameCallback) return undefined;
  let shownAt = Infinity; // Nothing yet: the first picture is on its way.
  let request = 0;
  const shown = () => {
    shownAt = performance.now();
    request = video.requestVideoFrameCallback(shown);
  };
  request = video.requestVideoFrameCallback(shown);
  const timer = setInterval(() => {
    const now = performance.now();
    if (document.hidden) shownAt = Math.max(shownAt, now);
    tell(now - shownAt >= STILL_MS);
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    video.cancelVideoFrameCallback(request);
    tell(false);
  };
}

/**
 * @param {{track: MediaStreamTrack | null, fit: "contain" | "cover", mirror?: boolean, hidden?: boolean, label: string, testid: string,
 *   participant?: string, main?: boolean, onStill?: (still: boolean) => void}} props `main`: the one that picture in picture takes out of the page;
 *   `onStill`: told whether a picture that is seen stands still
 */
export function Video({ track, fit, mirror, hidden, label, testid, participant, main = false, onStill }) {
  const { view } = useCall();
  const ref = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useEffect(() => {
    const video = ref.current;
    if (!video || !track) return;
    video.srcObject = new MediaStream([track]);
    // Refused only while the page is hidden; `autoplay` starts it later.
    void video.play().catch(() => {});
  }, [track]);
  const shownMain = main && !hidden;
  useEffect(() => {
    if (!shownMain) return undefined;
    view.mainVideo.value = ref.current;
    return () => { view.mainVideo.value = null; };
  }, [shownMain]);
  useEffect(() => (onStill && !hidden ? watchStill(ref.current, onStill) : undefined), [track, hidden, onStill]);
  const classes = ["picture", `picture--${fit}`, mirror && "picture--mirror"].filter(Boolean).join(" ");
  return html`<video class=${classes} ref=${ref} autoplay playsinline muted disablePictureInPicture=${testid === "local-video"} hidden=${hidden}
    aria-label=${label} data-testid=${testid} data-participant=${participant}></video>`;
}
