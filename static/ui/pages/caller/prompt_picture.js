/** The browser's own question as a picture, so that people know it when it comes, and which of its buttons to press. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Icon } from "../../components/icon.js";
import { browserFamily } from "./flow.js";

/** Nothing here can be pressed, and it says nothing that the sentence beside it does not. @param {{wish: "where" | "camera" | "microphone"}} props */
export function PromptPicture({ wish }) {
  const family = browserFamily(navigator.userAgent);
  const icons = { where: "map-pin", camera: "video", microphone: "mic" };
  return html`<div class="prompt prompt--${family}" aria-hidden="true" data-testid="prompt-picture" data-family=${family}>
    <p class="prompt__host">${location.host}</p>
    <p class="prompt__wish"><${Icon} name=${icons[wish]} size=${22} /><span>${t(`caller.prompt_${wish}`)}</span></p>
    <p class="prompt__buttons"><span class="prompt__no">${t("caller.prompt_no")}</span><span class="prompt__yes">${t("caller.prompt_yes")}</span></p>
  </div>`;
}
