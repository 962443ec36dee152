/** Light and speaker, where the phone has them; microphone and camera always. What the device lacks is not shown. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { canChooseSpeaker } from "../../../core/devices.js";
import { t } from "../../../core/i18n.js";
import { Icon } from "../../components/icon.js";
import { StillButton } from "./still.js";

/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */
/** @typedef {import("../../call/view_state.js").ViewState} ViewState */

/** @param {{icon: string, label: string, on?: boolean, onClick: () => void, testid: string}} props */
function Tool({ icon, label, on, onClick, testid }) {
  return html`<button type="button" class="scene__tool" aria-pressed=${on === undefined ? undefined : String(on)} onClick=${onClick} data-testid=${testid}><${Icon} name=${icon} size=${28} /><span>${label}</span></button>`;
}

/** @param {MediaStreamTrack | null} track @returns {{has: boolean, on: boolean, toggle: () => void}} */
function useTorch(track) {
  const [on, setOn] = useState(false);
  const has = /** @type {{torch?: boolean} | undefined} */ (track?.getCapabilities?.())?.torch === true;
  useEffect(() => setOn(false), [track]); // A new picture begins dark.
  const toggle = () => {
    const wanted = { advanced: [{ torch: !on }] };
    void track?.applyConstraints(/** @type {MediaTrackConstraints} */ (wanted)).then(() => setOn(!on), () => {});
  };
  return { has, on, toggle };
}

/** Ids of the loudspeakers, where one can choose. @param {CallSession} session */
function useSpeakers(session) {
  const [ids, setIds] = useState(/** @type {string[]} */ ([]));
  useEffect(() => {
    if (!canChooseSpeaker()) return undefined;
    const take = (/** @type {import("../../../core/devices.js").DeviceList} */ list) => setIds(list.speaker.map((one) => one.id));
    void session.devices.list().then(take);
    return session.devices.on("list", take);
  }, [session]);
  return ids;
}

/** @param {{session: CallSession, view: ViewState}} props */
export function Tools({ session, view }) {
  const { media } = session;
  const torch = useTorch(media.cameraTrack.value);
  const speakers = useSpeakers(session);
  const { speakerId } = view.prefs.value;
  const nextSpeaker = () => view.prefer({ speakerId: speakers[(speakers.indexOf(speakerId) + 1) % speakers.length] ?? "" });
  return html`<div class="scene__tools" role="group" aria-label=${t("scene.tools")}>
    <${StillButton} session=${session} />
    <${Tool} icon=${media.microphone.value ? "mic" : "mic-off"} label=${t(media.microphone.value ? "scene.mic_on" : "scene.mic_off")} on=${media.microphone.value} onClick=${() => void media.toggleMicrophone()} testid="scene-microphone" />
    <${Tool} icon=${media.camera.value ? "video" : "video-off"} label=${t(media.camera.value ? "scene.camera_on" : "scene.camera_off")} on=${media.camera.value} onClick=${() => void media.toggleCamera()} testid="scene-camera" />
    ${torch.has && html`<${Tool} icon="flashlight" label=${t("scene.light")} on=${torch.on} onClick=${torch.toggle} testid="scene-light" />`}
    ${speakers.length > 1 && html`<${Tool} icon="volume-2" label=${t("scene.speaker")} onClick=${nextSpeaker} testid="scene-speaker" />`}
  </div>`;
}
