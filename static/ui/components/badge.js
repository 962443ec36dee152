/** Badge: a state in one or two words, or a count. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/** @param {{kind?: "plain" | "ok" | "warn" | "urgent" | "brand" | "count", icon?: string, children?: unknown, label?: string, testid?: string}} props */
export function Badge({ kind = "plain", icon, children, label, testid }) {
  return html`<span class="badge badge--${kind}" aria-label=${label} role=${label ? "img" : undefined} data-testid=${testid}>
    ${icon && html`<${Icon} name=${icon} size=${14} />`}${children}
  </span>`;
}
