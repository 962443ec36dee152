/** One incident on the board: the code to say, what became of the message, where it stands, and the way in. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { recallWish, rememberWish } from "../../../core/media_wish.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Menu } from "../../components/menu.js";
import { toast } from "../../components/toast.js";
import { moveOn, revokeLink } from "../../incident/commands.js";
import { AddCaller } from "../../incident/add_caller.js";
import { Callers } from "../../incident/callers.js";
import { refusalWords } from "../../incident/delivery_line.js";
import { EndDialog } from "../../incident/end_dialog.js";
import { isOver, stateLook } from "../../incident/words.js";
import { SummaryDialog } from "./summary_dialog.js";

/** @typedef {import("../../../core/messages.js").Incident} Incident */
/** @typedef {{incident: Incident, link: import("../../incident/commands.js").IncidentLink}} Made */

/** The voice goes by the phone: microphone and camera stay off until they are wanted. @param {Incident} incident */
function enterQuietly({ session_id: sessionId }) {
  if (!recallWish(sessionId)) rememberWish(sessionId, { microphone: false, camera: false, audioOnly: false });
}

/** @param {Incident} incident @param {{onEnd: () => void, onSummary: () => void, onMade: (made: Made) => void}} acts */
function menuItems(incident, { onEnd, onSummary, onMade }) {
  const act = (/** @type {() => Promise<unknown>} */ what) => () => void what().catch((error) => toast(refusalWords(error)));
  if (isOver(incident)) {
    return [
      { id: "summary", label: t("incident.summary"), icon: "clipboard-list", onSelect: onSummary, testid: "incident-summary" },
      { id: "reopen", label: t("incident.reopen"), icon: "refresh-cw", onSelect: act(async () => onMade(/** @type {Made} */ (await moveOn(incident.id, "reopen")))), testid: "incident-reopen" },
    ];
  }
  const handedOver = incident.state === "handed_over";
  return [
    ...(incident.state === "live" || handedOver ? [{ id: "hand-over", label: t(handedOver ? "incident.take_back" : "incident.hand_over"), icon: "users", onSelect: act(() => moveOn(incident.id, handedOver ? "take_back" : "hand_over")), testid: "incident-hand-over" }] : []),
    ...(incident.callers.length === 1 ? [{ id: "revoke", label: t("incident.revoke_link"), icon: "link", onSelect: act(() => revokeLink(incident.id, incident.caller.link_id)), testid: "incident-revoke" }] : []),
    { id: "end", label: t("incident.end"), icon: "phone-off", danger: true, onSelect: onEnd, testid: "incident-end" },
  ];
}

/** @param {{incident: Incident, fresh: boolean, onMade: (made: Made) => void}} props `onMade`: there is another link */
export function IncidentCard({ incident, fresh, onMade }) {
  const [asking, setAsking] = useState(false);
  const [summary, setSummary] = useState(false);
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => { // On a phone it stands below the form: the code to say and to scan comes to who made it.
    if (fresh && card.current && card.current.getBoundingClientRect().top > innerHeight / 2) card.current.scrollIntoView({ block: "start" });
  }, [fresh]);
  const over = isOver(incident);
  const { icon, kind, word } = stateLook(incident.state);
  const items = menuItems(incident, { onEnd: () => setAsking(true), onSummary: () => setSummary(true), onMade });
  return html`<li ref=${card} class=${fresh ? "incident incident--fresh" : "incident"} data-testid="incident" data-state=${incident.state} data-id=${incident.id}>
    <div class="incident__head">
      <div class="incident__what"><p class="incident__reason" dir="auto">${incident.reason}</p>
        <p class="incident__meta"><${Badge} kind=${kind} icon=${icon} testid="incident-state">${word}</${Badge}>
          <span>${incident.phone || t("incident.by_code_short")}</span> · <${DateTime} at=${incident.created_at} /> · <span>${incident.created_by}</span></p></div>
      ${!over && html`<div class="incident__code" data-testid="incident-code-shown"><span class="incident__code-label">${t("incident.code_to_say")}</span><span class="incident__digits" aria-label=${[...incident.code].join(" ")}>${incident.code}</span></div>`}
    </div>
    ${!over && html`<${Callers} incident=${incident} /><${AddCaller} incident=${incident} />`}
    <div class="incident__acts">
      ${!over && html`<${Button} kind=${incident.callers.some((one) => one.opened_at) ? "primary" : "quiet"} icon="video" label=${t("incident.open")} href=${`/call/${incident.session_id}`} onClick=${() => enterQuietly(incident)} testid="incident-open" />`}
      ${over && html`<${Button} icon="clipboard-list" label=${t("incident.summary")} onClick=${() => setSummary(true)} testid="incident-summary-open" />`}
      <${Menu} label=${t("incident.more")} items=${items} testid="incident-more" />
    </div>
    <${EndDialog} incident=${incident} open=${asking} onClose=${() => setAsking(false)} onEnded=${() => { setAsking(false); setSummary(true); }} />
    ${summary && html`<${SummaryDialog} incidentId=${incident.id} onClose=${() => setSummary(false)} />`}
  </li>`;
}
