/** Removing somebody, or not letting them in: asks first, with a reason for the record if one likes. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Field } from "../components/field.js";
import { useTyped } from "../use_typed.js";
import { useCall } from "./context.js";
import { ask } from "./person_actions.js";
import { personName } from "./words.js";

/** @param {{action: "remove" | "deny", participantId: string}} props */
export function ReasonDialog({ action, participantId }) {
  const { session, view } = useCall();
  const { fields: { reason }, set, clear } = useTyped(`call-${action} ${participantId}`, { reason: "" });
  const [busy, setBusy] = useState(false);
  const person = session.state.value?.participants.find((one) => one.id === participantId);
  const close = () => { view.dialog.value = null; };
  const act = async () => {
    setBusy(true);
    const done = await ask(session, action, { participant_id: participantId, ...(reason.trim() ? { reason: reason.trim() } : {}) });
    setBusy(false);
    if (!done) return;
    clear();
    close();
  };
  if (!person) return null;
  const name = personName(person);
  const actions = html`<${Button} label=${t("call.cancel")} onClick=${close} />
    <${Button} kind="danger" label=${t(`call.ask_${action}`)} busy=${busy} onClick=${act} testid=${`${action}-confirm`} />`;
  return html`<${Dialog} title=${t(`call.ask_${action}_title`, { name })} open=${true} onClose=${close} actions=${actions}>
    <p>${t(`call.ask_${action}_text`)}</p>
    <${Field} label=${t("call.reason_optional")} value=${reason} onInput=${(/** @type {string} */ words) => set({ reason: words })} maxlength=${200} />
  </${Dialog}>`;
}
