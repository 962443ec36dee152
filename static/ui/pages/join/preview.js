/** The person's own picture, mirrored as in a mirror: what others will see, before they see it. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Icon } from "../../components/icon.js";

/**
 * @param {import("../../../vendor/preact.js").RefObject<HTMLVideoElement | null>} ref
 * @param {MediaStreamTrack | null} track
 */
function usePicture(ref, track) {
  useEffect(() => {
    const video = ref.current;
    if (!video) return undefined;
    video.srcObject = track ? new MediaStream([track]) : null;
    // Refused only while the page is hidden; the attribute `autoplay` then starts it later.
    if (track) void video.play().catch(() => {});
    return () => { video.srcObject = null; };
  }, [track]);
}

/** @param {{track: MediaStreamTrack | null, name: string, reason: string}} props `reason` is shown where there is no picture */
export function Preview({ track, name, reason }) {
  const ref = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [shape, setShape] = useState("16 / 9");
  usePicture(ref, track);
  // The whole picture, uncropped: upright on a phone held upright.
  const measure = () => ref.current?.videoWidth && setShape(`${ref.current.videoWidth} / ${ref.current.videoHeight}`);
  return html`<div class="preview" style=${{ aspectRatio: track ? shape : "16 / 9" }}>
    <video class="preview__video" ref=${ref} autoplay playsinline muted hidden=${!track} onLoadedMetadata=${measure} onResize=${measure} aria-label=${t("check.self_view")} data-testid="join-preview"></video>
    ${!track && html`<div class="preview__empty"><${Icon} name="video-off" size=${32} /><p>${reason}</p></div>`}
    ${track && name && html`<span class="preview__name">${name}</span>`}
  </div>`;
}
