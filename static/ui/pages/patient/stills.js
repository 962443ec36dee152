/** The pictures of this person's visits, newest first. Each opening is written down. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { Icon } from "../../components/icon.js";
import { lazy } from "../../components/lazy.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { problemCode } from "../../problem_words.js";
import { patientProblem } from "../patients/words.js";
import { Section } from "./section.js";

/** @typedef {import("../../../core/messages.js").Still} Still */

const PictureDialog = lazy(async () => (await import("../../call/stills/picture_dialog.js")).PictureDialog);

/** @param {{patientId: string}} props */
export function StillsSection({ patientId }) {
  const [stills, setStills] = useState(/** @type {Still[] | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [open, setOpen] = useState(/** @type {Still | null} */ (null));
  const at = `/api/v1/patients/${patientId}/stills`;
  const load = () => {
    setError(null);
    api.get(`/patients/${patientId}/stills`).then((answer) => setStills(answer.stills), setError);
  };
  useEffect(load, [patientId]);
  if (error && problemCode(error) === "not_allowed") return null; // The front desk keeps records, and sees no pictures.
  return html`<${Section} title=${t("still.pictures")} testid="patient-stills">
    ${!stills && !error && html`<${SkeletonRows} rows=${1} />`}
    ${error && html`<${ErrorState} title=${t("still.pictures_failed")} action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${load} />`}>${patientProblem(error)}</${ErrorState}>`}
    ${stills && !stills.length && html`<${EmptyState} icon="camera" title=${t("still.none")}>${t("still.none_more")}</${EmptyState}>`}
    ${stills && stills.length > 0 && html`<ul class="still-grid" aria-label=${t("still.pictures")}>${stills.map((still) => html`<li key=${still.id}>
      <button type="button" class="still__open" onClick=${() => setOpen(still)} aria-label=${t("still.open_plain", { number: still.number })} data-testid="patient-still">
        ${still.thumbnail ? html`<img src="${at}/${still.id}/thumbnail" alt="" loading="lazy" />` : html`<span class="still__mark"><${Icon} name="camera" /></span>`}
      </button></li>`)}</ul>`}
    ${open && html`<${PictureDialog} still=${open} name="" at="${at}/${open.id}" may=${{ erase: false }} onClose=${() => setOpen(null)} />`}
  </${Section}>`;
}
