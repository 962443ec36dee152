/** Beside the stage: where the caller is, what can be asked of them, what they can be shown, who else watches, and the end. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { toast } from "../components/toast.js";
import { cardsHeld, commonInstructions } from "../../core/incident/common_instructions.js";
import { AddCaller } from "../incident/add_caller.js";
import { Asks } from "../incident/asks.js";
import { Callers } from "../incident/callers.js";
import { Addressee, EVERYBODY, addressed, reachable } from "../incident/addressee.js";
import { Cards } from "../incident/cards.js";
import { Crews } from "../incident/crews.js";
import { DrawPart } from "../incident/draw_part.js";
import { EndDialog } from "../incident/end_dialog.js";
import { PositionView } from "../incident/position_view.js";
import { SilencePart } from "../incident/silence_part.js";
import { isOver } from "../incident/words.js";
import { useCall } from "./context.js";
import { failureWords } from "./words.js";

/** @param {{incident: import("../../core/messages.js").Incident}} props */
function Head({ incident }) {
  const callers = reachable(incident);
  return html`<div class="incident-panel__head">
    <div class="incident__code" data-testid="incident-code-shown"><span class="incident__code-label">${t("incident.code_to_say")}</span><span class="incident__digits" aria-label=${[...incident.code].join(" ")}>${incident.code}</span></div>
    <${Callers} incident=${incident} /><${AddCaller} incident=${incident} />
    ${callers.map((one) => html`<${SilencePart} key=${one.link_id} incident=${incident} caller=${one} named=${callers.length > 1} />`)}
  </div>`;
}

/** The way of each caller, in the order in which they were heard of. @param {readonly import("../../core/messages.js").IncidentPosition[]} positions */
function tracks(positions) {
  const callers = [...new Set(positions.map((one) => one.participant_id))];
  return callers.length ? callers.map((id) => positions.filter((one) => one.participant_id === id)) : [[]];
}

/** What a crew sees beside the picture. */
function CrewPanel() {
  const { session } = useCall();
  return html`<div class="incident-panel" data-testid="incident-panel">${tracks(session.state.value?.positions ?? []).map((positions, index) => html`<${PositionView} key=${index} positions=${positions} place="" />`)}</div>`;
}

export function IncidentPanel() {
  return useCall().session.as === "staff" ? html`<${LeadPanel} />` : html`<${CrewPanel} />`;
}

function LeadPanel() {
  const { session } = useCall();
  const [ending, setEnding] = useState(false);
  const [chosen, setChosen] = useState(EVERYBODY);
  const state = session.state.value;
  const incident = state?.incident;
  if (!incident) return null;
  const callers = addressed(incident, chosen);
  const ids = callers.map((one) => one.participant_id);
  const run = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ fields) => void session.command(name, fields).catch((error) => toast(failureWords(error)));
  const runAll = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ fields) => ids.forEach((id) => run(name, { participant_id: id, ...fields }));
  const ask = (/** @type {string} */ kind, /** @type {string | number | undefined} */ value) => runAll("instruct", { kind, ...(value === undefined ? {} : { value }) });
  const instructions = commonInstructions(state.instructions ?? [], ids);
  const clear = () => cardsHeld(state.instructions ?? [], ids).forEach((one) => run("instruction_clear", { instruction_id: one.id }));
  const disabled = isOver(incident) || session.connection.value !== "online" || !ids.length;
  const positions = state.positions ?? [];
  const photoOpen = (state.stills ?? []).some((one) => ids.includes(one.participant_id) && (one.state === "asked" || one.state === "sending"));
  return html`<div class="incident-panel" data-testid="incident-panel">
    <${Head} incident=${incident} />
    <${Addressee} incident=${incident} chosen=${chosen} onChoose=${setChosen} />
    ${callers.map((one) => html`<${PositionView} key=${one.link_id} name=${callers.length > 1 ? one.name : ""} positions=${positions.filter((fix) => fix.participant_id === one.participant_id)} place=${one.place} />`)}
    <${Asks} instructions=${instructions} disabled=${disabled} onAsk=${ask} onPhoto=${session.can("still") ? () => runAll("still_ask", {}) : undefined} photoOpen=${photoOpen} />
    ${ids.length === 1 && html`<${DrawPart} participantId=${ids[0]} disabled=${disabled} />`}
    <${Cards} instructions=${instructions} disabled=${disabled} onShow=${(/** @type {string} */ cardId) => runAll("instruct", { kind: "card", card_id: cardId })} onClear=${clear} />
    <${Crews} incident=${incident} />
    <${Button} kind="danger" icon="phone-off" label=${t("incident.end")} disabled=${isOver(incident)} onClick=${() => setEnding(true)} testid="incident-end" />
    <${EndDialog} incident=${incident} open=${ending} onClose=${() => setEnding(false)} onEnded=${() => location.assign("/urgent")} />
  </div>`;
}
