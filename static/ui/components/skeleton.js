/** Skeleton: the shape of what is being loaded, so that nothing jumps when it comes. */
import { html } from "../../vendor/preact.js";

/** @param {{width?: string, height?: string, circle?: boolean}} props CSS lengths; without a height it stands for a line of text */
export function Skeleton({ width = "100%", height, circle }) {
  if (circle) return html`<span class="skeleton skeleton--circle" aria-hidden="true"></span>`;
  return html`<div class=${height ? "skeleton" : "skeleton skeleton--text"} style=${{ width, height }} aria-hidden="true"></div>`;
}

/** @param {{rows?: number}} props list rows with avatar and two lines */
export function SkeletonRows({ rows = 2 }) {
  return html`<ul class="rows" aria-hidden="true">
    ${Array.from({ length: rows }, (_, index) => html`<li class="row" key=${index}>
      <${Skeleton} circle=${true} />
      <div class="row__text"><${Skeleton} width="40%" /><${Skeleton} width="65%" /></div>
    </li>`)}
  </ul>`;
}
