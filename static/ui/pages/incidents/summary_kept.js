/** Of an incident that is over: its pictures, to be opened, and when something was drawn. */
import { html, useState } from "../../../vendor/preact.js";
import { clockTime, t } from "../../../core/i18n.js";
import { PictureDialog } from "../../call/stills/picture_dialog.js";
import { Icon } from "../../components/icon.js";

/** @typedef {import("../../../core/messages.js").Still & {session_id: string, name: string}} KeptStill */
/** @typedef {{id: string, at: string, by: string, shapes: number}} KeptDrawing */

/** @param {{stills: KeptStill[]}} props */
function Pictures({ stills }) {
  const [open, setOpen] = useState(/** @type {KeptStill | null} */ (null));
  const at = (/** @type {KeptStill} */ one) => `/api/v1/sessions/${one.session_id}/stills/${one.id}`;
  return html`<h3>${t("still.pictures")}</h3><ul class="still-grid" aria-label=${t("still.pictures")}>${stills.map((one) => html`<li key=${one.id}>
      <button type="button" class="still__open" onClick=${() => setOpen(one)} aria-label=${t("still.open_plain", { number: one.number })} data-testid="summary-still">
        ${one.thumbnail ? html`<img src="${at(one)}/thumbnail" alt="" loading="lazy" />` : html`<span class="still__mark"><${Icon} name="camera" /></span>`}</button></li>`)}</ul>
    ${open && html`<${PictureDialog} still=${open} name=${open.name} at=${at(open)} may=${{ erase: false }} onClose=${() => setOpen(null)} />`}`;
}

/** @param {{stills: KeptStill[], drawings: KeptDrawing[]}} props */
export function Kept({ stills, drawings }) {
  return html`${stills.length > 0 && html`<${Pictures} stills=${stills} />`}
    ${drawings.length > 0 && html`<h3>${t("draw.drawings")}</h3><ul class="summary__list" data-testid="summary-drawings">${drawings.map((one) => html`<li key=${one.id}><time dateTime=${one.at}>${clockTime(one.at)}</time> ${t("draw.kept", { count: one.shapes })} <span class="muted" dir="auto">${one.by}</span></li>`)}</ul>`}`;
}
