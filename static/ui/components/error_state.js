/** Error state: what happened, what we did, what you can do, a code for support. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "./icon.js";

/** @param {{title: string, children?: unknown, code?: string, icon?: string, level?: 2 | 3, action?: unknown, testid?: string}} props `level` of its heading below the ones around it */
export function ErrorState({ title, children, code, icon = "triangle-alert", level = 3, action, testid }) {
  return html`<div class="state state--error" role="alert" data-testid=${testid}>
    <span class="state__icon"><${Icon} name=${icon} size=${28} /></span>
    <${`h${level}`} class="state__title">${title}</${`h${level}`}>
    ${children && html`<p>${children}</p>`}
    ${action}
    ${code && html`<p class="state__code">${t("component.error_code", { code })}</p>`}
  </div>`;
}
