/** The instruction cards to pick from: picture and words as the caller will see them, who approved them, and which is shown now. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { language, t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Badge } from "../components/badge.js";
import { Pictogram } from "../guidance/pictogram.js";

/** @typedef {import("../../core/messages.js").Instruction} Instruction */
/** @typedef {import("../../core/messages.js").GuidanceCard} GuidanceCard */
/** @typedef {{version: string, approver: string, notice: string, cards: GuidanceCard[]}} Guidance */

/** Content of the server, the same for the whole page. @type {Promise<Guidance> | null} */
let loading = null;

/** @returns {Guidance | null} */
function useGuidance() {
  const [guidance, setGuidance] = useState(/** @type {Guidance | null} */ (null));
  useEffect(() => {
    loading ??= api.get("/guidance");
    loading.then(setGuidance, () => { loading = null; });
  }, []);
  return guidance;
}

/** @param {{guidance: Guidance}} props */
function Approval({ guidance }) {
  if (guidance.approver) return html`<p class="muted small">${t("incident.cards_approved", { name: guidance.approver, version: guidance.version })}</p>`;
  return html`<p class="small"><${Badge} kind="warn" icon="triangle-alert">${t("incident.cards_demo")}</${Badge}> <span class="muted">${t("incident.cards_version", { version: guidance.version })}</span></p>`;
}

/** @param {{instructions: readonly Instruction[], disabled: boolean, onShow: (cardId: string) => void, onClear: (instructionId: string) => void}} props */
export function Cards({ instructions, disabled, onShow, onClear }) {
  const guidance = useGuidance();
  if (!guidance) return null;
  const held = [...instructions].reverse().find((one) => one.kind === "card" && !one.cleared_at) ?? null;
  return html`<section class="incident-part" aria-label=${t("incident.cards")} data-testid="cards">
    <h2>${t("incident.cards")}</h2><${Approval} guidance=${guidance} />
    <p class="visually-hidden" role="status">${held?.shown_at ? t("incident.card_seen") : ""}</p>
    <div class="card-picker">${guidance.cards.map((card) => {
      const on = held?.card?.id === card.id;
      return html`<button type="button" key=${card.id} class="card-choice" aria-pressed=${String(on)} disabled=${disabled} onClick=${() => onShow(card.id)} data-testid=${`card-${card.id}`}>
        <${Pictogram} name=${card.pictogram} /><span>${card.words[language()] ?? card.words["en"]}</span>
        ${on && html`<span class="card-choice__state">${t(held?.shown_at ? "incident.card_seen" : "incident.card_sent")}</span>`}
      </button>`;
    })}</div>
    ${held && html`<${Button} icon="x" label=${t("incident.card_clear")} disabled=${disabled} onClick=${() => onClear(held.id)} testid="card-clear" />`}
  </section>`;
}
