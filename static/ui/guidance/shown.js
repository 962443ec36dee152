/** For whom a picture of their own is shown, frozen and drawn on: a pictogram, few words, the picture. It stays whatever becomes of video and network. */
import { html, useEffect } from "../../vendor/preact.js";
import { language, t } from "../../core/i18n.js";
import { say } from "../../core/incident/speech.js";
import { DrawnFrame } from "./drawn_frame.js";
import { NewestShape } from "./newest_shape.js";
import { Pictogram } from "./pictogram.js";

/** Said once for each, also when the view changes. @type {Set<string>} */
const said = new Set();

/** @param {{sessionId: string, frame: import("../../core/messages.js").FrozenFrame, silent: boolean}} props `silent`: nothing is read aloud */
export function ShownFrame({ sessionId, frame, silent }) {
  useEffect(() => {
    if (silent || said.has(frame.id)) return;
    said.add(frame.id);
    say(t("draw.shown"), language());
  }, [frame.id]);
  return html`<section class="shown" data-testid="shown-frame" aria-label=${t("draw.shown_picture")}>
    <div class="shown__words" role="alert"><${Pictogram} name="point" /><p>${t("draw.shown")}</p></div>
    <${DrawnFrame} sessionId=${sessionId} frame=${frame} label=${t("draw.shown_picture")} />
    <${NewestShape} shapes=${frame.shapes} />
  </section>`;
}
