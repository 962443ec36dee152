/** Details of the person, changed in a dialog; joined records with the way back. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { calendarDay } from "../../../core/calendar_day.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { toast } from "../../components/toast.js";
import { DetailsFields, detailsBody } from "../patients/details_fields.js";
import { birthWords, languageName } from "../patients/words.js";
import { useAct } from "./act.js";
import { Section } from "./section.js";

/** @typedef {import("../patients/messages.js").Patient} Patient */
/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */

/** @param {{patient: Patient, onClose: () => void, onSaved: (patient: Patient) => void, onStale: () => void}} props */
function EditDialog({ patient, onClose, onSaved, onStale }) {
  const { name, language, needs, interpreter_language: spoken } = patient;
  const [details, setDetails] = useState({ name, birth_date: patient.birth_date ?? "", language, needs, interpreter_language: spoken });
  const { busy, problem, field, run } = useAct();
  const save = () =>
    run(async () => {
      const answer = await api.patch(`/patients/${patient.id}`, { ...detailsBody(details), revision: patient.revision });
      onSaved(answer.patient);
      toast(t("patient.saved"));
      onClose();
    });
  const inField = field === "name" || field === "birth_date";
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="primary" label=${t("common.save")} busy=${busy} onClick=${save} testid="save-details" />`;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void save();
  };
  return html`<${Dialog} title=${t("patient.edit_details")} open=${true} onClose=${onClose} actions=${actions}>
    <form class="form" onSubmit=${submit}>
      <${DetailsFields} details=${details} onChange=${setDetails} faults=${inField ? { [field]: problem } : {}} /><button type="submit" hidden></button>
    </form>
    ${problem && !inField && html`<${Banner} kind="urgent" action=${html`<${Button} label=${t("patient.load_again")} onClick=${onStale} />`}>${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{merges: PatientRecord["merges"], canMerge: boolean, onUndo: (mergeId: string) => void}} props */
function Merges({ merges, canMerge, onUndo }) {
  return html`<ul class="rows">${merges.map((merge) => html`<li class="row" key=${merge.id}>
    <div class="row__text"><p class="row__title">${t("patient.joined_with", { name: merge.name })}</p><p class="row__meta">${calendarDay(merge.at.slice(0, 10), "medium")}</p></div>
    ${canMerge && html`<div class="row__end"><${Button} icon="undo-2" label=${t("component.undo")} onClick=${() => onUndo(merge.id)} testid="undo-merge" attributes=${{ "aria-label": t("patient.undo_join", { name: merge.name }) }} /></div>`}
  </li>`)}</ul>`;
}

/** @param {{record: PatientRecord, onPut: (part: Partial<PatientRecord>) => void, onStale: () => void, onUndo: (mergeId: string) => void, onMerge: () => void}} props */
export function DetailsSection({ record, onPut, onStale, onUndo, onMerge }) {
  const { patient, merges, can } = record;
  const [editing, setEditing] = useState(false);
  const stale = () => {
    setEditing(false);
    onStale();
  };
  const lines = [
    [t("patient.birth_date"), birthWords(patient)],
    [t("patient.language"), patient.language ? languageName(patient.language) : t("patient.not_known")],
    [t("patient.needs"), patient.needs.map((need) => t(`need.${need}`)).join(", ") || t("patient.no_needs")],
  ];
  const action = can.includes("edit_patient") && html`<${Button} icon="notebook-pen" label=${t("patient.edit")} onClick=${() => setEditing(true)} testid="edit-details" />`;
  return html`<${Section} title=${t("patient.details")} action=${action} testid="details">
    <dl class="facts">${lines.map(([name, value]) => html`<div class="facts__line" key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${merges.length > 0 && html`<${Merges} merges=${merges} canMerge=${can.includes("merge_patients")} onUndo=${onUndo} />`}
    ${can.includes("merge_patients") && html`<div class="card__foot"><${Button} kind="plain" icon="copy" label=${t("patient.join")} onClick=${onMerge} testid="merge" /></div>`}
    ${editing && html`<${EditDialog} patient=${patient} onClose=${() => setEditing(false)} onSaved=${(/** @type {Patient} */ next) => onPut({ patient: next })} onStale=${stale} />`}
  </${Section}>`;
}
