/** List row: who or what, a line of facts, and what one can do with it. */
import { html } from "../../vendor/preact.js";

/**
 * @param {{lead?: unknown, title: unknown, meta?: unknown, end?: unknown, testid?: string, class?: string, attributes?: Record<string, unknown>}} props
 *   `lead` stands left (an avatar), `meta` below the title, `end` right.
 */
export function ListRow({ lead, title, meta, end, testid, class: extra, attributes }) {
  return html`<li class=${extra ? `row ${extra}` : "row"} data-testid=${testid} ...${attributes}>
    ${lead}
    <div class="row__text"><p class="row__title">${title}</p>${meta && html`<div class="row__meta">${meta}</div>`}</div>
    ${end && html`<div class="row__end">${end}</div>`}
  </li>`;
}
