/** A birth date as three numbers: quicker than turning wheels back by decades, and the browser can fill it in. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { dateOrder } from "../../../core/birth_date.js";
import { useElementId } from "../../components/element_id.js";
import { Icon } from "../../components/icon.js";

/** @typedef {import("../../../core/birth_date.js").DatePart} DatePart */
/** @typedef {import("../../../core/birth_date.js").TypedDate} TypedDate */

/** @returns {string} the page's language, with the country of the browser where they agree */
function readersTag() {
  return navigator.languages.find((tag) => tag.split("-")[0] === language()) ?? language();
}

/** @param {{part: DatePart, typed: TypedDate, onInput: (typed: TypedDate) => void, described: string | undefined, wrong: boolean}} props */
function Part({ part, typed, onInput, described, wrong }) {
  const id = useElementId(part);
  const changed = (/** @type {Event} */ event) => onInput({ ...typed, [part]: /** @type {HTMLInputElement} */ (event.currentTarget).value });
  return html`<div class="birth__part birth__part--${part}">
    <label class="birth__label" for=${id}>${t(`walk.birth_${part}`)}</label>
    <input class="field__input" id=${id} type="text" inputmode="numeric" autocomplete="bday-${part}" maxlength=${part === "year" ? 4 : 2} value=${typed[part]}
      aria-invalid=${wrong ? "true" : undefined} aria-describedby=${described} data-testid="birth-${part}" onInput=${changed} />
  </div>`;
}

/** @param {{typed: TypedDate, onInput: (typed: TypedDate) => void, error: string | null}} props */
export function BirthDateField({ typed, onInput, error }) {
  const id = useElementId("birth");
  const described = error ? `${id}-error` : `${id}-hint`;
  return html`<fieldset class="birth" data-field="birth_date">
    <legend class="field__label">${t("walk.birth_date")}</legend>
    <p class="field__hint" id="${id}-hint">${t("walk.birth_hint")}</p>
    <div class="birth__parts">
      ${dateOrder(readersTag()).map((part) => html`<${Part} key=${part} part=${part} typed=${typed} onInput=${onInput} described=${described} wrong=${Boolean(error)} />`)}
    </div>
    <div aria-live="polite">${error && html`<p class="field__error" id="${id}-error"><${Icon} name="circle-alert" size=${16} />${error}</p>`}</div>
  </fieldset>`;
}
