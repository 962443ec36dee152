/** One line of the device check: what was looked at, the verdict in a word, and, in trouble, one fix. */
import { html } from "../../../vendor/preact.js";
import { Icon } from "../../components/icon.js";

/** @typedef {"ok" | "warn" | "open"} LineKind */

const STATE_ICONS = { ok: "circle-check", warn: "triangle-alert", open: null };

/**
 * @param {{icon: string, name: string, kind: LineKind, state: string, children?: unknown, testid?: string}} props
 *   `state` is the verdict in words; `children` the fix or the test
 */
export function CheckLine({ icon, name, kind, state, children, testid }) {
  const stateIcon = STATE_ICONS[kind];
  return html`<li class="check-line" data-testid=${testid} data-verdict=${kind}>
    <${Icon} name=${icon} />
    <div class="check-line__head">
      <span class="check-line__name">${name}</span>
      <span class="check-line__state check-line__state--${kind}" role="status">${stateIcon && html`<${Icon} name=${stateIcon} size=${16} />`}${state}</span>
    </div>
    ${children && html`<div class="check-line__more">${children}</div>`}
  </li>`;
}
