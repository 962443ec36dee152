/** The scene page: one button for gloves, sun and noise. Then who is called, the doctor's voice, the camera, and vital signs. */
import { html, useEffect } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { setTitle } from "../../page.js";
import { CallView } from "./call_view.js";
import { Choose } from "./choose.js";
import { call, resume } from "./run.js";

/** @param {{language: string}} props */
export function Scene({ language: shown }) {
  useEffect(() => resume(), []);
  useEffect(() => setTitle(t("scene.title")), [language()]);
  const running = call.value;
  return html`<main class="scene" id="main" tabindex="-1" data-language=${shown}>
    ${running ? html`<${CallView} key="call" call=${running} />` : html`<${Choose} key="choose" />`}
  </main>`;
}
