/** Kbd: one key of the keyboard. */
import { html } from "../../vendor/preact.js";

/** @param {{children?: unknown}} props */
export function Kbd({ children }) {
  return html`<kbd class="kbd">${children}</kbd>`;
}
