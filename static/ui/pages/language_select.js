/** The choice of language in a page's head. Each language is named in itself. */
import { html } from "../../vendor/preact.js";
import { LANGUAGES, t } from "../../core/i18n.js";
import { Select } from "../components/select.js";
import { changeLanguage, useLanguage } from "../page.js";

/** @type {Record<string, string>} */
const NAMES = { en: "English", de: "Deutsch" };

export const languageOptions = LANGUAGES.map((tag) => ({ value: tag, label: NAMES[tag] ?? tag }));

export function LanguageSelect() {
  const value = useLanguage();
  return html`<div class="language"><${Select} label=${t("common.language")} hideLabel=${true} value=${value} options=${languageOptions} onChange=${changeLanguage} /></div>`;
}
