/** A person says what talking with them takes: on the way in, while waiting and in the call. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "../components/icon.js";
import { useElementId } from "../components/element_id.js";
import { NEEDS, NEED_ICONS } from "./words.js";

/** @typedef {import("./words.js").Need} Need */

/** @param {{chosen: readonly string[], onChange: (needs: Need[]) => void, busy?: boolean}} props it keeps nothing itself */
export function NeedsChoice({ chosen, onChange, busy = false }) {
  const id = useElementId("needs");
  const toggle = (/** @type {Need} */ need) => onChange(NEEDS.filter((one) => (one === need) !== chosen.includes(one)));
  return html`<fieldset class="needs" aria-describedby="${id}-hint" data-testid="needs">
    <legend class="needs__title">${t("needs.title")}</legend>
    <p class="field__hint" id="${id}-hint">${t("needs.hint")}</p>
    <div class="needs__list">${NEEDS.map((need) => html`<label key=${need} class="needs__one">
      <input type="checkbox" checked=${chosen.includes(need)} disabled=${busy} onChange=${() => toggle(need)} data-testid="need-${need}" />
      <${Icon} name=${NEED_ICONS[need]} /><span>${t(`needs.own_${need}`)}</span></label>`)}</div>
  </fieldset>`;
}
