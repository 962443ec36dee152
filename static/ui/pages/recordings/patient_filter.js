/** The recordings of one patient: chosen by the same search as everywhere. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { LiveCount, NobodyFound, Results } from "../patients/results.js";
import { useSearch } from "../patients/use_search.js";

/** @typedef {{id: string, name: string}} Named */

/** @param {{onClose: () => void, onChoose: (patient: Named) => void}} props */
function ChooseDialog({ onClose, onChoose }) {
  const [text, setText] = useState("");
  const search = useSearch(text);
  return html`<${Dialog} title=${t("recordings.choose_patient")} open=${true} onClose=${onClose} wide=${true} testid="patient-dialog"
    actions=${html`<${Button} label=${t("common.cancel")} onClick=${onClose} />`}>
    <${Field} label=${t("patients.search")} hint=${t("patients.search_hint")} type="search" value=${text} onInput=${setText} maxlength=${120} autocomplete="off" testid="patient-filter-search" />
    <${LiveCount} search=${search} />
    <div class="card picker" aria-busy=${search.state === "loading"}><${Results} search=${search} empty=${html`<p class="nothing muted">${t("patients.begin")}</p>`} none=${html`<${NobodyFound} />`} onChoose=${onChoose} /></div>
  </${Dialog}>`;
}

/** @param {{patient: Named | null, onChange: (patient: Named | null) => void}} props */
export function PatientFilter({ patient, onChange }) {
  const [choosing, setChoosing] = useState(false);
  const choose = (/** @type {Named} */ { id, name }) => {
    setChoosing(false);
    onChange({ id, name });
  };
  return html`<div class="field" role="group" aria-label=${t("recordings.patient")}>
    <span class="field__label" aria-hidden="true">${t("recordings.patient")}</span>
    <div class="patient-filter">
      <${Button} icon="user" label=${patient ? patient.name : t("recordings.any")} onClick=${() => setChoosing(true)} testid="filter-patient" class="patient-filter__button" />
      ${patient && html`<${Button} kind="icon" icon="x" label=${t("recordings.no_patient")} onClick=${() => onChange(null)} testid="no-patient" />`}
    </div>
    ${choosing && html`<${ChooseDialog} onClose=${() => setChoosing(false)} onChoose=${choose} />`}
  </div>`;
}
