/** Select: the platform's own list, so that it works with every keyboard, screen reader and phone. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";
import { useElementId } from "./element_id.js";

/**
 * @param {{label: string, value: string, options: {value: string, label: string}[], onChange: (value: string) => void,
 *   hint?: string, disabled?: boolean, hideLabel?: boolean, testid?: string}} props
 */
export function Select({ label, value, options, onChange, hint, disabled, hideLabel, testid }) {
  const id = useElementId("select");
  const changed = (/** @type {Event} */ event) => onChange(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
  return html`<div class="field">
    <label class=${hideLabel ? "visually-hidden" : "field__label"} for=${id}>${label}</label>
    <div class="select__box">
      <select class="select__input" id=${id} value=${value} disabled=${disabled} data-testid=${testid}
        aria-describedby=${hint ? `${id}-hint` : undefined} onChange=${changed}>
        ${options.map((option) => html`<option key=${option.value} value=${option.value} selected=${option.value === value}>${option.label}</option>`)}
      </select>
      <${Icon} name="chevron-down" />
    </div>
    ${hint && html`<p class="field__hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}
