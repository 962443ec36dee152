/** One picture. Keeps the last frame of a track that ended until there is another; sound is played elsewhere. */
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { useCall } from "./context.js";

/**
 * @param {{track: MediaStreamTrack | null, fit: "contain" | "cover", mirror?: boolean, hidden?: boolean, label: string, testid: string,
 *   participant?: string, main?: boolean}} props `main`: the one that picture in picture takes out of the page
 */
export function Video({ track, fit, mirror, hidden, label, testid, participant, main = false }) {
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
  const classes = ["picture", `picture--${fit}`, mirror && "picture--mirror"].filter(Boolean).join(" ");
  return html`<video class=${classes} ref=${ref} autoplay playsinline muted disablePictureInPicture=${testid === "local-video"} hidden=${hidden}
    aria-label=${label} data-testid=${testid} data-participant=${participant}></video>`;
}
