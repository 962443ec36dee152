/** What helps the person to be understood: seen by staff before they answer, and acted on in the call. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { SPOKEN_LANGUAGES, nameOfLanguage } from "../../../core/spoken_languages.js";
import { lazy } from "../../components/lazy.js";
import { Select } from "../../components/select.js";

const NeedsChoice = lazy(async () => (await import("../../needs/choice.js")).NeedsChoice);

/** By language of the page: naming them takes a phone tenths of a second. @type {Map<string, {value: string, label: string}[]>} */
const made = new Map();

/** Each language in its own words first: who needs an interpreter may not read ours. @returns {{value: string, label: string}[]} */
function languages() {
  const known = made.get(language());
  if (known) return known;
  const choices = nameLanguages();
  made.set(language(), choices);
  return choices;
}

function nameLanguages() {
  const named = SPOKEN_LANGUAGES.map((tag) => ({ value: tag, own: nameOfLanguage(tag, tag), ours: nameOfLanguage(tag, language()) }));
  const known = named.filter(({ value, ours }) => ours !== value).sort((a, b) => a.ours.localeCompare(b.ours, language()));
  return [{ value: "", label: t("walk.choose_language") }, ...known.map(({ value, own, ours }) => ({ value, label: own === ours || own === value ? ours : `${own} (${ours})` }))];
}

/** @param {{needs: string[], interpreter: string, onChange: (change: {needs?: string[], interpreter?: string}) => void}} props */
export function NeedsPart({ needs, interpreter, onChange }) {
  return html`<div class="walk__needs">
    <${NeedsChoice} chosen=${needs} onChange=${(/** @type {string[]} */ chosen) => onChange({ needs: chosen })} />
    ${needs.includes("interpreter") && html`<${Select} label=${t("walk.interpreter_language")} value=${interpreter} options=${languages()} onChange=${(/** @type {string} */ tag) => onChange({ interpreter: tag })} testid="interpreter-language" />`}
  </div>`;
}
