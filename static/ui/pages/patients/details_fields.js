/** The fields of a person's details, for a new record and for changing one. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { MAX_NAME, NEEDS } from "./messages.js";
import { languageChoices } from "./words.js";

/** @typedef {import("./messages.js").Need} Need */
/** @typedef {{name: string, birth_date: string, language: string, needs: Need[], interpreter_language: string}} Details */

/** @type {Details} */
export const NO_DETAILS = { name: "", birth_date: "", language: "", needs: [], interpreter_language: "" };

/** @param {Details} details @returns {Record<string, unknown>} as the server takes them */
export function detailsBody(details) {
  const spoken = details.needs.includes("interpreter") ? details.interpreter_language : "";
  return { ...details, birth_date: details.birth_date || null, interpreter_language: spoken };
}

/** @param {{legend: string, name: string, words: readonly string[], label: (word: string) => string, chosen: string[], onChange: (chosen: string[]) => void, error?: string}} props */
export function Checks({ legend, name, words, label, chosen, onChange, error }) {
  const toggle = (/** @type {string} */ word) => onChange(words.filter((one) => (one === word) !== chosen.includes(one)));
  return html`<fieldset class="checks">
    <legend class="field__label">${legend}</legend>
    ${words.map((word) => html`<label key=${word} class="checks__line">
      <input type="checkbox" name=${name} value=${word} checked=${chosen.includes(word)} onChange=${() => toggle(word)} /><span>${label(word)}</span>
    </label>`)}
    <div aria-live="polite">${error && html`<p class="field__error">${error}</p>`}</div>
  </fieldset>`;
}

/** @param {{details: Details, onChange: (details: Details) => void, faults: Record<string, string>}} props `faults` by field */
export function DetailsFields({ details, onChange, faults }) {
  const set = (/** @type {Partial<Details>} */ part) => onChange({ ...details, ...part });
  const today = new Date().toISOString().slice(0, 10);
  return html`
    <${Field} label=${t("patient.name")} value=${details.name} onInput=${(/** @type {string} */ name) => set({ name })} maxlength=${MAX_NAME} autocomplete="off"
      required=${true} error=${faults["name"]} testid="patient-name" />
    <${Field} label=${t("patient.birth_date")} value=${details.birth_date} onInput=${(/** @type {string} */ value) => set({ birth_date: value })} error=${faults["birth_date"]}
      attributes=${{ type: "date", max: today, min: "1890-01-01" }} testid="patient-birth-date" />
    <${Select} label=${t("patient.language")} value=${details.language} options=${languageChoices(details.language)} onChange=${(/** @type {string} */ value) => set({ language: value })} />
    <${Checks} legend=${t("patient.needs")} name="needs" words=${NEEDS} label=${(/** @type {string} */ word) => t(`need.${word}`)} chosen=${details.needs}
      onChange=${(/** @type {Need[]} */ needs) => set({ needs })} />
    ${details.needs.includes("interpreter") && html`<${Select} label=${t("patient.interpreter_language")} value=${details.interpreter_language}
      options=${languageChoices(details.interpreter_language)} onChange=${(/** @type {string} */ value) => set({ interpreter_language: value })} />`}`;
}
