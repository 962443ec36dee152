/** Somebody who is in the room without a seat: who they are, who answered for them, and what. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { useTyped } from "../../use_typed.js";
import { useCall } from "../context.js";
import { dialog, send } from "./desk.js";

const LABELS = ["child", "relative", "victim", "other"];
const DECIDERS = ["self", "carer", "unable"];

/** @typedef {{label: string, decided_by: string, by_name: string, reason: string}} Draft */

/** What is missing before it can be noted, by field. @param {Draft} draft @returns {{by_name?: string, reason?: string}} keys of messages */
export function missing({ decided_by: decider, by_name: name, reason }) {
  return {
    ...(decider !== "self" && !name.trim() ? { by_name: "recording.bystander_name_missing" } : {}),
    ...(decider === "unable" && !reason.trim() ? { reason: "recording.reason_missing" } : {}),
  };
}

/** As it goes to the server: only what belongs to who decided. @param {Draft} draft @param {boolean} agreed */
export function bystanderFields({ label, decided_by: decider, by_name: name, reason }, agreed) {
  return { label, decided_by: decider, agreed, ...(decider === "self" ? {} : { by_name: name.trim() }), ...(decider === "unable" ? { reason: reason.trim() } : {}) };
}

/** @param {{draft: Draft, set: (change: Partial<Draft>) => void, errors: {by_name?: string, reason?: string}}} props */
function Questions({ draft, set, errors }) {
  const options = (/** @type {string[]} */ names, /** @type {string} */ stem) => names.map((value) => ({ value, label: t(`recording.${stem}_${value}`) }));
  const error = (/** @type {string | undefined} */ key) => (key ? t(key) : "");
  return html`<${Select} label=${t("recording.bystander_who")} value=${draft.label} options=${options(LABELS, "bystander")} onChange=${(/** @type {string} */ label) => set({ label })} testid="bystander-label" />
    <${Select} label=${t("recording.decided_by")} value=${draft.decided_by} options=${options(DECIDERS, "decided")} onChange=${(/** @type {string} */ decider) => set({ decided_by: decider })} testid="bystander-decided" />
    ${draft.decided_by !== "self" && html`<${Field} label=${t(draft.decided_by === "carer" ? "recording.carer_name" : "recording.decider_name")} value=${draft.by_name} onInput=${(/** @type {string} */ name) => set({ by_name: name })} error=${error(errors.by_name)} maxlength=${80} testid="bystander-name" />`}
    ${draft.decided_by === "unable" && html`<${Field} label=${t("recording.unable_reason")} value=${draft.reason} onInput=${(/** @type {string} */ reason) => set({ reason })} error=${error(errors.reason)} maxlength=${200} testid="bystander-reason" />`}`;
}

export function BystanderDialog() {
  const { session } = useCall();
  const { fields: draft, set, clear } = useTyped(`bystander ${session.sessionId}`, { label: "child", decided_by: "self", by_name: "", reason: "" });
  const [errors, setErrors] = useState(/** @type {{by_name?: string, reason?: string}} */ ({}));
  const [busy, setBusy] = useState("");
  const close = () => { dialog.value = null; };
  const note = async (/** @type {boolean} */ agreed) => {
    const found = missing(draft);
    setErrors(found);
    if (busy || Object.keys(found).length) return;
    setBusy(String(agreed));
    const done = await send(session, "recording_bystander", bystanderFields(draft, agreed));
    setBusy("");
    if (!done) return;
    clear();
    close();
  };
  const unable = draft.decided_by === "unable";
  const actions = html`<${Button} label=${t(unable ? "recording.bystander_leave_out" : "recording.bystander_refused")} busy=${busy === "false"} onClick=${() => void note(false)} testid="bystander-refused" />
    <${Button} label=${t(unable ? "recording.bystander_include" : "recording.bystander_agreed")} busy=${busy === "true"} onClick=${() => void note(true)} testid="bystander-agreed" />`;
  return html`<${Dialog} title=${t("recording.bystander_title")} open=${true} onClose=${close} actions=${actions} testid="bystander-dialog">
    <p>${t("recording.bystander_text")}</p>
    <${Questions} draft=${draft} set=${set} errors=${errors} />
  </${Dialog}>`;
}
