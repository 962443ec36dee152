/** Timeline: steps in their order, done, now and to come. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "./icon.js";

/** @typedef {{id: string, text: string, detail?: string, state: "done" | "now" | "next"}} TimelineItem */

const STATE_KEYS = { done: "component.step_done", now: "component.step_now", next: "component.step_next" };

/** @param {{label: string, items: TimelineItem[]}} props */
export function Timeline({ label, items }) {
  return html`<ol class="timeline" aria-label=${label}>
    ${items.map((item, index) => html`<li key=${item.id} class="timeline__item timeline__item--${item.state}" aria-current=${item.state === "now" ? "step" : undefined}>
      <span class="timeline__dot" aria-hidden="true">${item.state === "done" ? html`<${Icon} name="check" size=${16} />` : index + 1}</span>
      <div class="timeline__text"><span class="visually-hidden">${t(STATE_KEYS[item.state])} </span>${item.text}
        ${item.detail && html`<p class="timeline__detail">${item.detail}</p>`}</div>
    </li>`)}
  </ol>`;
}
