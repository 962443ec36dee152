/** Pictures at full size: asked for by staff, or sent by the caller. The same parts as on the stage, loaded when there is something to show. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { CallContext } from "../../call/context.js";
import { wanted } from "../../call/stills_parts.js";
import { lazy } from "../../components/lazy.js";
import { Button } from "../../components/button.js";

const StillLayer = lazy(async () => (await import("../../call/stills/layer.js")).StillLayer);

/** @param {{caller: import("./caller.js").Caller}} props */
export function Pictures({ caller }) {
  const [asked, setAsked] = useState(false);
  const session = caller.session.value;
  const some = (caller.state.value?.stills ?? []).length > 0;
  if (!session) return null;
  const send = () => {
    wanted.value = true;
    setAsked(true);
  };
  const parts = /** @type {any} */ ({ session, view: null, onEnd: () => {} }); // Of the stage only the session is needed.
  return html`${(some || asked) && html`<${CallContext.Provider} value=${parts}><${StillLayer} /></${CallContext.Provider}>`}
    ${caller.kinds.value.includes("upload") && html`<div class="live__send"><${Button} large=${true} wide=${true} icon="camera" label=${t("caller.send_picture")} onClick=${send} testid="send-picture" /></div>`}`;
}
