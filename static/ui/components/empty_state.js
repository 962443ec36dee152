/** Empty state: nothing here, why that is fine, and what to do if one expected something. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/** @param {{icon: string, title: string, level?: 2 | 3, children?: unknown, action?: unknown, testid?: string}} props `level` of its heading below the ones around it */
export function EmptyState({ icon, title, level = 3, children, action, testid }) {
  return html`<div class="state" data-testid=${testid}>
    <span class="state__icon"><${Icon} name=${icon} size=${28} /></span>
    <${`h${level}`} class="state__title">${title}</${`h${level}`}>
    ${children && html`<p>${children}</p>`}
    ${action}
  </div>`;
}
