/** After the call, for staff: how it ended, the outcome to record, who is next, and the way back. Patients have their own goodbye. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { OutcomeDialog } from "../pages/today/outcome_dialog.js";
import { useViewFocus } from "../view_focus.js";
import { useCall } from "./context.js";
import { NextUp, useNext } from "./next_up.js";

/** Ends after which an outcome is due. */
const FINISHED = new Set(["ended", "visit_ended"]);
/** Ends that have words of their own. */
const KNOWN = new Set(["ended", "left", "removed", "moved", "replaced"]);

/** @param {{reason: string}} props */
export function AfterCall({ reason }) {
  const { session, onEnd } = useCall();
  const [asking, setAsking] = useState(FINISHED.has(reason));
  const state = session.state.value;
  const next = useNext();
  const known = KNOWN.has(reason) ? reason : FINISHED.has(reason) ? "ended" : "other";
  const heading = useViewFocus(t(`call.after_${known}_title`));
  const mayReturn = known === "left" || known === "replaced" || known === "other";
  const [closed, setClosed] = useState(false);
  const done = () => {
    setAsking(false);
    setClosed(true);
  };
  // Who is next may be known a moment later than the outcome is put off.
  useEffect(() => {
    if (closed && next.known && !next.next) onEnd(reason);
  }, [closed, next.known]);
  const task = { kind: "outcome", session_id: session.sessionId, patient_name: state?.session.patient_name ?? "", begun: state?.scene?.begun ?? null, since: state?.session.ended_at ?? "" };
  return html`<div class="after" data-testid="after-call">
    <span class="lobby__icon"><${Icon} name=${known === "ended" ? "circle-check" : "log-out"} size=${28} /></span>
    <h1 tabindex="-1" ref=${heading}>${t(`call.after_${known}_title`)}</h1>
    <p class="muted">${t(`call.after_${known}_text`)}</p>
    ${next.next && next.state && !asking && html`<${NextUp} next=${next.next} state=${next.state} me=${next.me} desk=${next.desk} />`}
    <div class="after__act">
      ${mayReturn && html`<${Button} kind=${next.next ? "quiet" : "primary"} large=${true} icon="log-in" label=${t("call.return")} onClick=${() => location.reload()} testid="return-to-call" />`}
      ${known === "ended" && html`<${Button} kind=${next.next ? "quiet" : "primary"} large=${true} icon="clipboard-list" label=${t("today.record_outcome")} onClick=${() => setAsking(true)} />`}
      <${Button} large=${true} icon="arrow-left" label=${t("open.back_to_today")} onClick=${() => onEnd(reason)} testid="back-to-today" />
    </div>
    ${asking && html`<${OutcomeDialog} task=${task} onClose=${done} />`}
  </div>`;
}
