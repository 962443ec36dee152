/** Plays what others say: one element per received audio track, on the chosen speaker. Not on the tiles, so that no layout ever cuts a word. */
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { canChooseSpeaker } from "../../core/devices.js";
import { useCall } from "./context.js";

/** @param {{id: string, track: MediaStreamTrack}} props */
function Voice({ id, track }) {
  const { view } = useCall();
  const ref = useRef(/** @type {HTMLAudioElement | null} */ (null));
  const { speakerId } = view.prefs.value;
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    audio.play().catch((error) => {
      if (error?.name === "NotAllowedError") view.soundBlocked.value = true;
    });
  }, [track]);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return undefined;
    view.voices.add(audio);
    return () => void view.voices.delete(audio);
  }, []);
  useEffect(() => {
    const audio = /** @type {(HTMLAudioElement & {setSinkId?: (id: string) => Promise<void>}) | null} */ (ref.current);
    if (canChooseSpeaker()) void audio?.setSinkId?.(speakerId).catch(() => {}); // A speaker that is gone: the system's stays.
  }, [speakerId]);
  return html`<audio ref=${ref} autoplay data-track=${id}></audio>`;
}

export function RemoteAudio() {
  const { session } = useCall();
  const tracks = [...session.media.remote.current.value].filter(([, one]) => one.track.kind === "audio");
  return html`<div hidden>${tracks.map(([id, one]) => html`<${Voice} key=${id} id=${id} track=${one.track} />`)}</div>`;
}
