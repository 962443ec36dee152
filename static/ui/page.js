/** What every page does at its start: the language, the live region, the root component. */
import { html, render, signal } from "../vendor/preact.js";
import { chooseLanguage, language, loadLanguage, t } from "../core/i18n.js";
import { clinicOfPage } from "./clinic.js";
import { prepareToasts } from "./components/toast.js";

const shownLanguage = signal("");

function applyLanguage() {
  document.documentElement.lang = language();
  shownLanguage.value = language();
  const strip = document.querySelector(".demo-strip");
  if (strip?.textContent?.trim()) strip.textContent = t("common.demo_banner");
}

/**
 * Changes the language of the whole page at once; nothing typed is lost.
 * @param {string} tag
 */
export async function changeLanguage(tag) {
  await chooseLanguage(tag);
  applyLanguage();
}

/**
 * The language in use; a component that reads it is drawn again when it changes.
 * @returns {string}
 */
export function useLanguage() {
  return shownLanguage.value;
}

/** @param {string} title what this view is; the clinic's name follows */
export function setTitle(title) {
  // Whoever looks over a shoulder at a dark page reads no name.
  document.title = document.body.classList.contains("is-dim") ? "–" : `${title} · ${clinicOfPage().name}`;
}

/** A clinic may have no phone number configured: then no empty line. */
function hideEmptyPhoneLines() {
  for (const link of document.querySelectorAll(".phone-line__entry a")) {
    if (!link.textContent?.trim()) link.parentElement?.setAttribute("hidden", "");
  }
}

/**
 * Replaces what the HTML showed so far by `component`, once the words are there.
 * @param {unknown} component
 * @param {{into?: string}} [options] id of the element, default "app"
 */
export async function startPage(component, { into = "app" } = {}) {
  hideEmptyPhoneLines();
  await loadLanguage();
  applyLanguage();
  prepareToasts();
  const root = document.getElementById(into);
  if (!root) return;
  const Root = () => html`<${component} language=${useLanguage()} />`;
  root.replaceChildren();
  render(html`<${Root} />`, root);
}
