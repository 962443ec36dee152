/** Asked before they happen: ending a recording, and beginning one in an emergency without consent. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { useTyped } from "../../use_typed.js";
import { useCall } from "../context.js";
import { act, dialog, send } from "./desk.js";

function close() {
  dialog.value = null;
}

export function StopDialog() {
  const { session } = useCall();
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    const done = await act(session, "stop");
    setBusy(false);
    if (done) close();
  };
  const actions = html`<${Button} label=${t("recording.keep_recording")} onClick=${close} /><${Button} kind="danger" label=${t("recording.do_stop")} busy=${busy} onClick=${stop} testid="confirm-recording-stop" />`;
  return html`<${Dialog} title=${t("recording.stop_title")} open=${true} onClose=${close} actions=${actions}><p>${t("recording.stop_text")}</p></${Dialog}>`;
}

export function EmergencyDialog() {
  const { session } = useCall();
  const { fields: { reason }, set, clear } = useTyped(`emergency-recording ${session.sessionId}`, { reason: "" });
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setError(reason.trim() ? "" : t("recording.reason_missing"));
    if (!reason.trim()) return;
    setBusy(true);
    const done = await send(session, "recording_ask", { emergency_reason: reason.trim() });
    setBusy(false);
    if (!done) return;
    clear();
    close();
  };
  const actions = html`<${Button} label=${t("call.cancel")} onClick=${close} /><${Button} kind="danger" label=${t("recording.emergency_start")} busy=${busy} onClick=${start} testid="emergency-start" />`;
  return html`<${Dialog} title=${t("recording.emergency_title")} open=${true} onClose=${close} actions=${actions} testid="recording-emergency">
    <p>${t("recording.emergency_text")}</p>
    <${Field} label=${t("recording.emergency_reason")} value=${reason} onInput=${(/** @type {string} */ next) => set({ reason: next })} error=${error} maxlength=${200} required=${true} testid="emergency-reason" />
  </${Dialog}>`;
}
