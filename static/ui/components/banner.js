/** Banner: a state of the whole page that lasts (offline, demo, on hold). Always icon and words, never colour alone. */
import { html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

const DEFAULT_ICONS = { info: "info", ok: "circle-check", warn: "triangle-alert", urgent: "circle-alert" };

/**
 * @param {{kind?: "info" | "ok" | "warn" | "urgent", icon?: string, children?: unknown, action?: unknown, testid?: string}} props
 *   `urgent` interrupts a screen reader; the others wait for a pause.
 */
export function Banner({ kind = "info", icon, children, action, testid }) {
  const role = kind === "urgent" ? "alert" : "status";
  return html`<div class="banner banner--${kind}" role=${role} data-testid=${testid}>
    <${Icon} name=${icon ?? DEFAULT_ICONS[kind]} />
    <div class="banner__body"><div class="banner__text">${children}</div>${action && html`<div class="banner__acts">${action}</div>`}</div>
  </div>`;
}
