/** One section of the account page: a heading, what holds now, and what one can do about it. */
import { html } from "../../../vendor/preact.js";
import { useElementId } from "../../components/element_id.js";

/** @param {{title: string, children?: unknown, testid?: string}} props */
export function Section({ title, children, testid }) {
  const id = useElementId("section");
  return html`<section class="card card--padded account__section" aria-labelledby=${id} data-testid=${testid}><h2 id=${id}>${title}</h2>${children}</section>`;
}

/** @param {{title: string, meta: unknown, end?: unknown}} props one thing of a list */
export function Line({ title, meta, end }) {
  return html`<div class="account__line"><div class="row__text"><p class="row__title">${title}</p><p class="row__meta">${meta}</p></div>${end && html`<div class="row__end">${end}</div>`}</div>`;
}
