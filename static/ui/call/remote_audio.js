/** Plays what others say: one element per received audio track, on the chosen speaker. Not on the tiles, so that no layout ever cuts a word. */
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { canChooseSpeaker } from "../../core/devices.js";
import { useCall } from "./context.js";

/** Milliseconds within which a second pause means that the system keeps the sound to itself. */
const PAUSED_AGAIN_MS = 1_000;

/** @param {{id: string, track: MediaStreamTrack}} props */
function Voice({ id, track }) {
  const { view } = useCall();
  const ref = useRef(/** @type {HTMLAudioElement | null} */ (null));
  const { speakerId } = view.prefs.value;
  const play = (/** @type {HTMLAudioElement} */ audio) => void audio.play().catch((error) => {
    if (error?.name === "NotAllowedError") view.soundBlocked.value = true;
  });
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    play(audio);
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
  const pausedAt = useRef(-PAUSED_AGAIN_MS);
  // Nothing here pauses a voice: the system did, for a phone call. Where it may not go on, the person is asked.
  const paused = () => {
    const again = performance.now() - pausedAt.current < PAUSED_AGAIN_MS;
    pausedAt.current = performance.now();
    if (again) view.soundBlocked.value = true;
    else if (ref.current) play(ref.current);
  };
  return html`<audio ref=${ref} autoplay data-track=${id} onPause=${paused}></audio>`;
}

export function RemoteAudio() {
  const { session } = useCall();
  const tracks = [...session.media.remote.current.value].filter(([, one]) => one.track.kind === "audio");
  return html`<div hidden>${tracks.map(([id, one]) => html`<${Voice} key=${id} id=${id} track=${one.track} />`)}</div>`;
}
