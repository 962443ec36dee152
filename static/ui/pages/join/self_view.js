/** Oneself while waiting: how one will be seen and heard, with everything to change it. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { MicrophoneMeter } from "./microphone_meter.js";
import { Preview } from "./preview.js";

/** @typedef {import("./media.js").JoinMedia} JoinMedia */

/** @param {JoinMedia} media @returns {string} */
function summary(media) {
  const { camera, microphone } = media;
  if (camera.value && microphone.value) return t("self.seen_and_heard");
  if (microphone.value) return t("self.heard_only");
  return camera.value ? t("self.seen_only") : t("self.text_only");
}

/** @param {{media: JoinMedia, kind: "camera" | "microphone"}} props */
function Toggle({ media, kind }) {
  const [busy, setBusy] = useState(false);
  const on = media[kind].value !== null;
  const icons = kind === "camera" ? ["video", "video-off"] : ["mic", "mic-off"];
  const toggle = async () => {
    setBusy(true);
    await media.toggle(kind);
    setBusy(false);
  };
  return html`<${Button} icon=${on ? icons[0] : icons[1]} label=${t(`self.${kind}_${on ? "off" : "on"}`)} busy=${busy} onClick=${toggle} testid="self-${kind}" />`;
}

/** @param {JoinMedia} media @returns {string} what is the matter with the picture */
function reason(media) {
  const verdict = media.verdicts.value.camera;
  return verdict === "ok" || verdict === "untested" ? t("check.camera_off") : t(`check.empty_${verdict}`);
}

/** @param {{media: JoinMedia, name: string}} props */
export function SelfView({ media, name }) {
  const microphone = media.microphone.value;
  return html`<section class="card self" aria-label=${t("check.self_view")}>
    <${Preview} track=${media.camera.value} name=${name} reason=${reason(media)} />
    <div class="self__bar"><${Toggle} media=${media} kind="microphone" /><${Toggle} media=${media} kind="camera" /></div>
    <div class="self__text"><p>${summary(media)}</p>${microphone && html`<${MicrophoneMeter} track=${microphone} onHeard=${() => {}} />`}</div>
  </section>`;
}
