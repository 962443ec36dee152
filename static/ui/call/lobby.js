/** What stands on the stage while nobody else is in the call: for staff the waiting room and the invitation, for others what happens now. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "../components/icon.js";
import { telephoneUri } from "../components/telephone.js";
import { useCall } from "./context.js";
import { LinkCard, MoveRequests, NoCaller, PatientDetails, WaitingList } from "./staff_parts.js";

/** A person who is alone in the call, or on hold, is told why, what comes next, and whom to ring. */
function Alone() {
  const { session } = useCall();
  const clinic = session.state.value?.clinic;
  const held = session.state.value?.you.state === "on_hold";
  return html`<div class="lobby__alone" role="status">
    <span class="lobby__icon"><${Icon} name=${held ? "pause" : "clock"} size=${28} /></span>
    <h2>${t(held ? "call.held_title" : "call.alone_title")}</h2>
    <p>${t(held ? "call.banner_on_hold" : "call.alone_text")}</p>
    ${clinic?.phone && html`<p>${t("phone.clinic")} <a href=${telephoneUri(clinic.phone)}>${clinic.phone}</a></p>`}
    ${clinic?.emergency_number && html`<p>${t("phone.emergency")} <a href=${telephoneUri(clinic.emergency_number)}>${clinic.emergency_number}</a></p>`}
  </div>`;
}

export function Lobby() {
  const { session } = useCall();
  if (!session.can("invite")) return html`<div class="lobby"><${Alone} /></div>`;
  const someoneWaits = session.waiting.value.length > 0;
  if (session.state.value?.incident) return html`<div class="lobby" role="group" aria-label=${t("call.incident")} tabindex="0"><${MoveRequests} /><${WaitingList} />${!someoneWaits && html`<${NoCaller} />`}</div>`; // Low beside an open panel: it scrolls, by keyboard too.
  return html`<div class="lobby">
    <${MoveRequests} />
    <${WaitingList} />
    ${!someoneWaits && html`<div class="lobby__head"><h2>${t("call.invite_title")}</h2><p class="muted">${t("call.invite_text")}</p></div>`}
    <${LinkCard} />
    <${PatientDetails} />
  </div>`;
}
