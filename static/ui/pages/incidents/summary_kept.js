/** Of an incident that is over: its pictures, to be opened, and when something was drawn. */
import { html, useState } from "../../../vendor/preact.js";
import { clockTime, t } from "../../../core/i18n.js";
import { EraseForm, PictureDialog } from "../../call/stills/picture_dialog.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";

/** @typedef {import("../../../core/messages.js").Still & {session_id: string, name: string}} KeptStill */
/** @typedef {{id: string, session_id: string, at: string, by: string, shapes: number, erased: boolean, may_erase: boolean}} KeptDrawing */

/** @param {{stills: KeptStill[]}} props */
function Pictures({ stills }) {
  const [open, setOpen] = useState(/** @type {KeptStill | null} */ (null));
  const at = (/** @type {KeptStill} */ one) => `/api/v1/sessions/${one.session_id}/stills/${one.id}`;
  return html`<h3>${t("still.pictures")}</h3><ul class="still-grid" aria-label=${t("still.pictures")}>${stills.map((one) => html`<li key=${one.id}>
      <button type="button" class="still__open" onClick=${() => setOpen(one)} aria-label=${t("still.open_plain", { number: one.number })} data-testid="summary-still">
        ${one.thumbnail ? html`<img src="${at(one)}/thumbnail" alt="" loading="lazy" />` : html`<span class="still__mark"><${Icon} name="camera" /></span>`}</button></li>`)}</ul>
    ${open && html`<${PictureDialog} still=${open} name=${open.name} at=${at(open)} may=${{ erase: false }} onClose=${() => setOpen(null)} />`}`;
}

/** When it was frozen, by whom, and a way to erase a picture that was kept by mistake. @param {{one: KeptDrawing}} props */
function Drawing({ one }) {
  const [erasing, setErasing] = useState(false);
  const [erased, setErased] = useState(one.erased);
  const done = () => {
    setErasing(false);
    setErased(true);
  };
  const named = { "aria-label": `${t("still.erase")}: ${clockTime(one.at)} ${one.by}` };
  return html`<li><time dateTime=${one.at}>${clockTime(one.at)}</time> ${t("draw.kept", { count: one.shapes })} <span class="muted" dir="auto">${one.by}</span>
    ${erased && html` <span class="muted" data-testid="drawing-erased">${t("draw.erased")}</span>`}
    ${one.may_erase && !erased && !erasing && html`<${Button} kind="plain" icon="trash-2" label=${t("still.erase")} onClick=${() => setErasing(true)} attributes=${named} testid="drawing-erase" />`}
    ${erasing && html`<${EraseForm} at="/api/v1/sessions/${one.session_id}/frames/${one.id}" onDone=${done} />`}</li>`;
}

/** @param {{stills: KeptStill[], drawings: KeptDrawing[]}} props */
export function Kept({ stills, drawings }) {
  return html`${stills.length > 0 && html`<${Pictures} stills=${stills} />`}
    ${drawings.length > 0 && html`<h3>${t("draw.drawings")}</h3><ul class="summary__list" data-testid="summary-drawings">${drawings.map((one) => html`<${Drawing} key=${one.id} one=${one} />`)}</ul>`}`;
}
