/** Switch: a setting that takes effect at once. */
import { html } from "../../vendor/preact.js";
import { useElementId } from "./element_id.js";

/**
 * @param {{label: string, checked: boolean, onChange: (checked: boolean) => void, hint?: string, disabled?: boolean, testid?: string}} props
 */
export function Switch({ label, checked, onChange, hint, disabled, testid }) {
  const id = useElementId("switch");
  const changed = (/** @type {Event} */ event) => onChange(/** @type {HTMLInputElement} */ (event.currentTarget).checked);
  return html`<label class="switch">
    <span class="switch__text">${label}${hint && html`<span class="switch__hint" id="${id}-hint">${hint}</span>`}</span>
    <input class="switch__input" type="checkbox" role="switch" checked=${checked} disabled=${disabled} data-testid=${testid}
      aria-describedby=${hint ? `${id}-hint` : undefined} onChange=${changed} />
  </label>`;
}
