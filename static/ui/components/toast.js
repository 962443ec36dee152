/** Toast: a short word after something happened, polite, with undo where there is one. Needs no host in the page: it brings its own. */
import { html, render, signal } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "./button.js";

/** Milliseconds a toast stays: long enough to read two lines aloud; one with undo stays longer (WCAG 2.2.1). */
const STAY = 6000;
const STAY_WITH_UNDO = 12000;
/** More than three at once would cover what the person is doing: the oldest goes. */
const MAX_TOASTS = 3;

/** @typedef {{id: number, text: string, undo?: (() => void) | undefined}} ToastEntry */

const shown = signal(/** @type {ToastEntry[]} */ ([]));
let lastId = 0;
/** @type {HTMLElement | null} */
let host = null;

/** @param {number} id */
function dismiss(id) {
  shown.value = shown.value.filter((entry) => entry.id !== id);
}

function ToastList() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.value.map((entry) => html`<div class="toast" key=${entry.id}>
      <span class="toast__text">${entry.text}</span>
      ${entry.undo && html`<${Button} kind="plain" label=${t("component.undo")} onClick=${() => { dismiss(entry.id); entry.undo?.(); }} />`}
      <${Button} kind="icon" icon="x" label=${t("component.dismiss")} onClick=${() => dismiss(entry.id)} />
    </div>`)}
  </div>`;
}

/** The live region must stand in the page before the first text comes, or screen readers stay silent. */
export function prepareToasts() {
  if (host) return;
  host = document.createElement("div");
  document.body.append(host);
  render(html`<${ToastList} />`, host);
}

/**
 * @param {string} text
 * @param {{undo?: () => void}} [options]
 */
export function toast(text, { undo } = {}) {
  prepareToasts();
  lastId += 1;
  const id = lastId;
  shown.value = [...shown.value, { id, text, undo }].slice(-MAX_TOASTS);
  setTimeout(() => dismiss(id), undo ? STAY_WITH_UNDO : STAY);
}
