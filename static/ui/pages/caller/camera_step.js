/** The camera, after the position: the browser's question is open, or was answered with no, or not at all. Without it the call goes on. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { useViewFocus } from "../../view_focus.js";
import { CallBack } from "./call_back.js";
import { Code } from "./head.js";
import { PromptPicture } from "./prompt_picture.js";
import { HowToAllow } from "./where_step.js";

/** @param {{caller: import("./caller.js").Caller}} props */
export function CameraStep({ caller }) {
  const heading = useViewFocus(t("caller.camera_title"));
  const state = caller.cameraState.value;
  const asking = state === "asking" || state === "unanswered" || state === "untested";
  return html`<div class="caller-page" data-testid="caller-camera" data-state=${state}>
    <h1 ref=${heading} tabindex="-1">${t("caller.camera_title")}</h1>
    ${caller.located.value && html`<${Banner} kind="ok" testid="where-known">${t("caller.where_known")}</${Banner}>`}
    ${asking && html`<p>${t("caller.camera_asking")}</p><${PromptPicture} wish="camera" />`}
    ${state === "unanswered" && html`<${Banner} kind="info" testid="camera-unanswered">${t("caller.unanswered")}</${Banner}>`}
    ${!asking && html`<p role="alert">${t(`caller.camera_${state}`)}</p>`}
    ${state === "refused" && html`<${HowToAllow} what="camera" />`}
    ${(!asking || state === "unanswered") && html`<div class="caller-page__act">
      <${Button} kind="primary" large=${true} wide=${true} icon="video" label=${t("caller.ask_again")} onClick=${() => void caller.openCamera()} testid="camera-again" />
      <${Button} large=${true} wide=${true} icon="arrow-right" label=${t("caller.without_camera")} onClick=${() => caller.skip("camera")} testid="camera-skip" />
      <${CallBack} caller=${caller} />
    </div>`}
    <${Code} code=${caller.code.value} />
  </div>`;
}
