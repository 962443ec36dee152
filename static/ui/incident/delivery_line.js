/** What became of the message: queued, sent, not confirmed, opened; with "Send again" where nobody knows. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { NetworkError, newCommandId } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Duration } from "../components/date_time.js";
import { toast } from "../components/toast.js";
import { problemWords } from "../problem_words.js";
import { sendAgain } from "./commands.js";
import { deliveryLook, wantsResend } from "./words.js";

/** Answers of the server that have words of their own. @type {Record<string, string>} */
const REFUSALS = { no_number: "incident.no_number", resend_limit: "incident.resend_limit", incident_over: "incident.is_over", too_many_links: "incident.too_many", silence_kept: "incident.silence_kept", link_opened: "incident.link_opened", link_revoked: "incident.link_closed" };

/** @param {unknown} error */
export function refusalWords(error) {
  const key = REFUSALS[/** @type {{code?: string}} */ (error)?.code ?? ""];
  return key ? t(key) : problemWords(error);
}

/** @param {{incident: import("../../core/messages.js").Incident, caller: import("../../core/messages.js").IncidentCaller}} props */
export function DeliveryLine({ incident, caller }) {
  const [busy, setBusy] = useState(false);
  const { icon, kind, word } = deliveryLook(caller);
  const { state, since, second_route: secondRoute } = caller.delivery;
  const commandId = useRef("");
  useEffect(() => { commandId.current = ""; }, [since]); // It went out, whether or not the answer came: the next press is another one.
  const again = async () => {
    setBusy(true);
    commandId.current ||= newCommandId();
    try {
      await sendAgain(incident.id, caller.link_id, commandId.current);
      commandId.current = "";
    } catch (error) {
      if (!(error instanceof NetworkError)) commandId.current = ""; // Without an answer the next press is the same one.
      toast(refusalWords(error));
    }
    setBusy(false);
  };
  const unsure = state === "not_confirmed" || state === "failed" || state === "expired";
  return html`<div class="delivery" data-testid="delivery" data-state=${caller.opened_at ? "opened" : state} data-second-route=${String(secondRoute)}>
    <${Badge} kind=${kind} icon=${icon}>${word}</${Badge}>
    ${since && !caller.opened_at && !caller.revoked && html`<span class="muted small"><${Duration} since=${since} /></span>`}
    ${wantsResend(incident, caller) && html`<${Button} kind=${unsure ? "quiet" : "plain"} icon="refresh-cw" label=${t("incident.send_again")} busy=${busy} onClick=${() => void again()} testid="send-again" />`}
  </div>`;
}
