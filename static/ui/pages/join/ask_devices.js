/** Before the browser asks for camera and microphone: what will happen, and the way without. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";

/** @param {{media: import("./media.js").JoinMedia, onWithout: () => void}} props */
export function AskDevices({ media, onWithout }) {
  const asking = media.step.value === "asking";
  return html`<div class="card ask">
    <div class="ask__icons" aria-hidden="true"><span><${Icon} name="video" size=${22} /></span><span><${Icon} name="mic" size=${22} /></span></div>
    <h2>${t("check.ask_title")}</h2>
    <p>${t("check.ask_text")}</p>
    <div class="ask__buttons">
      <${Button} icon="video" label=${t("check.use_devices")} busy=${asking} onClick=${() => void media.ask()} testid="join-allow" />
      ${!asking && html`<${Button} kind="plain" label=${t("check.continue_without")} onClick=${onWithout} testid="join-without" />`}
    </div>
    ${asking && html`<p role="status">${t("check.asking")}</p>`}
  </div>`;
}
