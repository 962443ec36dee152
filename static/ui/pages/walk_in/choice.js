/** One of a few, by one tap: the platform's radio buttons, as large as a thumb. */
import { html } from "../../../vendor/preact.js";
import { useElementId } from "../../components/element_id.js";
import { Icon } from "../../components/icon.js";

/**
 * @param {{legend: string, hint?: string | undefined, options: {value: string, label: string}[], value: string, onChange: (value: string) => void, error?: string | undefined, field: string}} props
 */
export function Choice({ legend, hint, options, value, onChange, error, field }) {
  const id = useElementId("choice");
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<fieldset class="choice" data-field=${field} aria-describedby=${described || undefined}>
    <legend class="field__label">${legend}</legend>
    ${hint && html`<p class="field__hint" id="${id}-hint">${hint}</p>`}
    <div class="choice__options">
      ${options.map((option) => html`<label key=${option.value} class="choice__option">
        <input type="radio" name=${id} value=${option.value} checked=${option.value === value} data-testid="${field}-option" onChange=${() => onChange(option.value)} />
        <span dir="auto">${option.label}</span></label>`)}
    </div>
    <div aria-live="polite">${error && html`<p class="field__error" id="${id}-error"><${Icon} name="circle-alert" size=${16} />${error}</p>`}</div>
  </fieldset>`;
}
