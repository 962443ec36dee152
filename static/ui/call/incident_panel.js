/** Beside the stage: where the caller is, what can be asked of them, what they can be shown, who else watches, and the end. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { toast } from "../components/toast.js";
import { Asks } from "../incident/asks.js";
import { Cards } from "../incident/cards.js";
import { setSilent } from "../incident/commands.js";
import { Crews } from "../incident/crews.js";
import { DeliveryLine, refusalWords } from "../incident/delivery_line.js";
import { DrawPart } from "../incident/draw_part.js";
import { EndDialog } from "../incident/end_dialog.js";
import { FactsView } from "../incident/facts_view.js";
import { PositionView } from "../incident/position_view.js";
import { isOver } from "../incident/words.js";
import { Switch } from "../components/switch.js";
import { useCall } from "./context.js";
import { failureWords } from "./words.js";

/** @param {{incident: import("../../core/messages.js").Incident}} props */
function Head({ incident }) {
  const silence = (/** @type {boolean} */ silent) => void setSilent(incident.id, silent).catch((error) => toast(refusalWords(error)));
  return html`<div class="incident-panel__head">
    <div class="incident__code" data-testid="incident-code-shown"><span class="incident__code-label">${t("incident.code_to_say")}</span><span class="incident__digits" aria-label=${[...incident.code].join(" ")}>${incident.code}</span></div>
    <${DeliveryLine} incident=${incident} /><${FactsView} caller=${incident.caller} />
    <${Switch} label=${t("incident.silent_on")} checked=${incident.silent} onChange=${silence} testid="incident-silent" />
  </div>`;
}

/** What a crew sees beside the picture. */
function CrewPanel() {
  const { session } = useCall();
  return html`<div class="incident-panel" data-testid="incident-panel"><${PositionView} positions=${session.state.value?.positions ?? []} place="" /></div>`;
}

export function IncidentPanel() {
  return useCall().session.as === "staff" ? html`<${LeadPanel} />` : html`<${CrewPanel} />`;
}

function LeadPanel() {
  const { session } = useCall();
  const [ending, setEnding] = useState(false);
  const state = session.state.value;
  const incident = state?.incident;
  if (!incident) return null;
  const { participant_id: callerId } = incident.caller;
  const run = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ fields) => void session.command(name, fields).catch((error) => toast(failureWords(error)));
  const ask = (/** @type {string} */ kind, /** @type {string | number | undefined} */ value) => run("instruct", { participant_id: callerId, kind, ...(value === undefined ? {} : { value }) });
  const instructions = (state.instructions ?? []).filter((one) => one.participant_id === callerId);
  const photoOpen = (state.stills ?? []).some((one) => one.participant_id === callerId && (one.state === "asked" || one.state === "sending"));
  const disabled = isOver(incident) || session.connection.value !== "online";
  return html`<div class="incident-panel" data-testid="incident-panel">
    <${Head} incident=${incident} />
    <${PositionView} positions=${(state.positions ?? []).filter((one) => one.participant_id === callerId)} place=${incident.caller.place} />
    <${Asks} instructions=${instructions} disabled=${disabled} onAsk=${ask} onPhoto=${session.can("still") ? () => run("still_ask", { participant_id: callerId }) : undefined} photoOpen=${photoOpen} />
    <${DrawPart} participantId=${callerId} disabled=${disabled} />
    <${Cards} instructions=${instructions} disabled=${disabled} onShow=${(/** @type {string} */ cardId) => run("instruct", { participant_id: callerId, kind: "card", card_id: cardId })} onClear=${(/** @type {string} */ id) => run("instruction_clear", { instruction_id: id })} />
    <${Crews} incident=${incident} />
    <${Button} kind="danger" icon="phone-off" label=${t("incident.end")} disabled=${isOver(incident)} onClick=${() => setEnding(true)} testid="incident-end" />
    <${EndDialog} incident=${incident} open=${ending} onClose=${() => setEnding(false)} onEnded=${() => location.assign("/urgent")} />
  </div>`;
}
