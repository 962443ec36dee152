/** Choosing camera, microphone and speaker during the call. Takes effect at once. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { canChooseSpeaker } from "../../core/devices.js";
import { t } from "../../core/i18n.js";
import { playSound } from "../../core/sounds.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Meter } from "../components/meter.js";
import { Select } from "../components/select.js";
import { Switch } from "../components/switch.js";
import { toast } from "../components/toast.js";
import { useCall } from "./context.js";

/** @typedef {import("../../core/devices.js").DeviceList} DeviceList */
/** @typedef {import("../../core/devices.js").DeviceEntry} DeviceEntry */

/** @param {DeviceEntry[]} entries @param {string} none */
function options(entries, none) {
  if (!entries.length) return [{ value: "", label: none }];
  return entries.map((one, index) => ({ value: one.id, label: one.label || t("check.device_number", { number: index + 1 }) }));
}

function useDeviceList() {
  const { session } = useCall();
  const [list, setList] = useState(/** @type {DeviceList} */ ({ camera: [], microphone: [], speaker: [] }));
  useEffect(() => {
    void session.devices.list().then(setList);
    return session.devices.on("list", setList);
  }, []);
  return list;
}

/** @param {{kind: "camera" | "microphone", list: DeviceList}} props */
function Input({ kind, list }) {
  const { session } = useCall();
  const choose = async (/** @type {string} */ id) => {
    const verdict = await session.devices.choose(kind, id);
    if (verdict !== "ok") toast(t(`call.device_${kind}_${verdict}`));
  };
  return html`<${Select} label=${t(`call.device_${kind}`)} value=${session.devices.currentId(kind)} options=${options(list[kind], t(`call.no_${kind}`))} onChange=${choose} testid=${`choose-${kind}`} />`;
}

function OwnLevel() {
  const { session } = useCall();
  return html`<${Meter} value=${session.media.level.value} label=${t("check.microphone_level")} />`;
}

export function DeviceDialog() {
  const { session, view } = useCall();
  const list = useDeviceList();
  const prefs = view.prefs.value;
  const close = () => { view.dialog.value = null; };
  // Read, so that the choice shown follows a device that was changed or lost.
  void session.media.cameraTrack.value;
  return html`<${Dialog} title=${t("call.devices")} open=${true} onClose=${close} testid="device-dialog" actions=${html`<${Button} kind="primary" label=${t("common.done")} onClick=${close} />`}>
    <${Input} kind="camera" list=${list} />
    ${list.camera.length > 1 && matchMedia("(pointer: coarse)").matches && html`<${Button} icon="refresh-cw" label=${t("call.flip_camera")} onClick=${() => void session.devices.flip()} />`}
    <${Input} kind="microphone" list=${list} />
    <${OwnLevel} />
    ${canChooseSpeaker() && list.speaker.length > 0 && html`<${Select} label=${t("call.speaker")} value=${prefs.speakerId || (list.speaker[0]?.id ?? "")} options=${options(list.speaker, t("call.no_speaker"))} onChange=${(/** @type {string} */ id) => view.prefer({ speakerId: id })} testid="choose-speaker" />`}
    <${Button} icon="volume-2" label=${t("check.play_sound")} onClick=${() => playSound("test")} />
    <${Switch} label=${t("call.mirror")} checked=${prefs.mirror} onChange=${(/** @type {boolean} */ mirror) => view.prefer({ mirror })} />
    <${Switch} label=${t("call.sounds")} hint=${t("call.sounds_hint")} checked=${prefs.sounds} onChange=${(/** @type {boolean} */ sounds) => view.prefer({ sounds })} />
  </${Dialog}>`;
}
