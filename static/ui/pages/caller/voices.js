/** Plays what staff say. Not drawn at all in silent mode, where nothing is received either. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";

/** @param {{track: MediaStreamTrack, onBlocked: () => void}} props */
function Voice({ track, onBlocked }) {
  const ref = useRef(/** @type {HTMLAudioElement | null} */ (null));
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    void audio.play().catch((error) => { if (error?.name === "NotAllowedError") onBlocked(); });
  }, [track]);
  return html`<audio ref=${ref} autoplay data-voice></audio>`;
}

/** @param {{caller: import("./caller.js").Caller}} props */
export function VoicesOfStaff({ caller }) {
  const [blocked, setBlocked] = useState(false);
  const session = caller.session.value;
  if (!session || caller.silent.value) return null;
  const tracks = [...session.media.remote.current.value].filter(([, one]) => one.track.kind === "audio");
  const wake = () => {
    setBlocked(false);
    for (const audio of document.querySelectorAll("audio[data-voice]")) void /** @type {HTMLAudioElement} */ (audio).play().catch(() => {});
  };
  return html`<div hidden=${!blocked}>${tracks.map(([id, one]) => html`<${Voice} key=${id} track=${one.track} onBlocked=${() => setBlocked(true)} />`)}
    ${blocked && html`<${Button} large=${true} wide=${true} icon="volume-2" label=${t("caller.sound_on")} onClick=${wake} testid="sound-on" />`}</div>`;
}
