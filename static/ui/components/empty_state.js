/** Empty state: nothing here, why that is fine, and what to do if one expected something. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/** @param {{icon: string, title: string, children?: unknown, action?: unknown, testid?: string}} props */
export function EmptyState({ icon, title, children, action, testid }) {
  return html`<div class="state" data-testid=${testid}>
    <span class="state__icon"><${Icon} name=${icon} size=${28} /></span>
    <h3>${title}</h3>
    ${children && html`<p>${children}</p>`}
    ${action}
  </div>`;
}
