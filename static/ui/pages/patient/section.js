/** A section of the record: heading, its one action, a card. */
import { html } from "../../../vendor/preact.js";
import { useElementId } from "../../components/element_id.js";

/** @param {{title: string, action?: unknown, children?: unknown, testid?: string}} props */
export function Section({ title, action, children, testid }) {
  const id = useElementId("section");
  return html`<section class="section" aria-labelledby=${id} data-testid=${testid}>
    <div class="section__head"><h2 id=${id}>${title}</h2>${action && html`<div class="section__end">${action}</div>`}</div>
    <div class="card">${children}</div>
  </section>`;
}

/** @param {{children?: unknown}} props nothing here, in one line */
export function Nothing({ children }) {
  return html`<p class="nothing muted">${children}</p>`;
}
