/** What the list is narrowed to. Words search at once; the rest stands behind "Filter" on narrow windows. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { KINDS, NO_FILTERS, ONLY, STATUSES, countOf, isBackwards } from "../../../core/review/list_query.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { PatientFilter } from "./patient_filter.js";

/** @typedef {import("../../../core/review/list_query.js").Filters} Filters */
/** @typedef {{id: string, name: string}} Named */

/** The server's limits, in characters. */
const MAX_TEXT = 120;
const MAX_TAG = 40;

/** @param {string} every @param {readonly string[]} values @param {(value: string) => string} label */
function choices(every, values, label) {
  return [{ value: "", label: every }, ...values.map((value) => ({ value, label: label(value) }))];
}

/** @param {{label: string, value: string, onInput: (value: string) => void, error?: string | undefined, testid: string}} props */
function Day({ label, value, onInput, error, testid }) {
  return html`<${Field} label=${label} value=${value} onInput=${onInput} error=${error} testid=${testid} attributes=${{ type: "date" }} />`;
}

/**
 * @param {{filters: Filters, patient: Named | null, clinicians: Named[], mayFindPatients: boolean, onChange: (filters: Filters) => void, onPatient: (patient: Named | null) => void}} props
 */
export function FilterForm({ filters, patient, clinicians, mayFindPatients, onChange, onPatient }) {
  const [open, setOpen] = useState(false);
  const set = (/** @type {keyof Filters} */ name) => (/** @type {string} */ value) => onChange({ ...filters, [name]: value });
  const count = countOf(filters);
  const clear = () => {
    onPatient(null);
    onChange({ ...NO_FILTERS, text: filters.text });
  };
  const people = [{ value: "", label: t("recordings.everybody") }, ...clinicians.map(({ id: value, name: label }) => ({ value, label }))];
  return html`<form class="recordings-form" role="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <div class="recordings-form__first">
      <div class="search"><${Field} label=${t("recordings.search")} hint=${t("recordings.search_hint")} type="search" value=${filters.text} onInput=${set("text")} maxlength=${MAX_TEXT} autocomplete="off" testid="recordings-text" /></div>
      <${Button} icon="list-todo" label=${count ? t("recordings.filter_count", { count }) : t("recordings.filter")} onClick=${() => setOpen(!open)} class="recordings-form__toggle" testid="filters" attributes=${{ "aria-expanded": String(open), "aria-controls": "recordings-filters" }} />
    </div>
    <div class=${open ? "recordings-form__rest recordings-form__rest--open" : "recordings-form__rest"} id="recordings-filters">
      <${Select} label=${t("recordings.status")} value=${filters.status} options=${choices(t("recordings.any"), STATUSES, (value) => t(`recordings.review_${value}`))} onChange=${set("status")} testid="filter-status" />
      <${Select} label=${t("recordings.only")} value=${filters.only} options=${choices(t("recordings.any"), ONLY, (value) => t(`recordings.only_${value}`))} onChange=${set("only")} testid="filter-only" />
      <${Select} label=${t("recordings.kind")} value=${filters.kind} options=${choices(t("recordings.any"), KINDS, (value) => t(`recordings.kind_${value}`))} onChange=${set("kind")} testid="filter-kind" />
      <${Select} label=${t("recordings.clinician")} value=${filters.clinician_id} options=${people} onChange=${set("clinician_id")} testid="filter-clinician" />
      <${Day} label=${t("recordings.from")} value=${filters.from} onInput=${set("from")} testid="filter-from" />
      <${Day} label=${t("recordings.to")} value=${filters.to} onInput=${set("to")} error=${isBackwards(filters) ? t("recordings.to_before_from") : undefined} testid="filter-to" />
      <${Field} label=${t("recordings.tag")} value=${filters.tag} onInput=${set("tag")} maxlength=${MAX_TAG} autocomplete="off" testid="filter-tag" />
      ${(mayFindPatients || patient) && html`<${PatientFilter} patient=${patient} onChange=${onPatient} />`}
      ${count > 0 && html`<div class="recordings-form__clear"><${Button} kind="plain" icon="x" label=${t("recordings.clear")} onClick=${clear} testid="clear-filters" /></div>`}
    </div>
  </form>`;
}
