/** One picture. Keeps the last frame of a track that ended until there is another; sound is played elsewhere. */
import { html, useEffect, useRef } from "../../vendor/preact.js";

/**
 * @param {{track: MediaStreamTrack | null, fit: "contain" | "cover", mirror?: boolean, hidden?: boolean, label: string, testid: string,
 *   participant?: string, onElement?: (element: HTMLVideoElement | null) => void}} props
 */
export function Video({ track, fit, mirror, hidden, label, testid, participant, onElement }) {
  const ref = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useEffect(() => {
    const video = ref.current;
    if (!video || !track) return;
    video.srcObject = new MediaStream([track]);
    // Refused only while the page is hidden; `autoplay` starts it later.
    void video.play().catch(() => {});
  }, [track]);
  useEffect(() => {
    onElement?.(ref.current);
    return () => onElement?.(null);
  }, [onElement]);
  const classes = ["picture", `picture--${fit}`, mirror && "picture--mirror"].filter(Boolean).join(" ");
  return html`<video class=${classes} ref=${ref} autoplay playsinline muted disablePictureInPicture=${testid === "local-video"} hidden=${hidden}
    aria-label=${label} data-testid=${testid} data-participant=${participant}></video>`;
}
