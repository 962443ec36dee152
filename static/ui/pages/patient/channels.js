/** How the person, or a carer, is reached. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { quietly, useAct } from "./act.js";
import { Nothing, Section } from "./section.js";
import { VerifyDialog } from "./verify_channel.js";

/** @typedef {import("../patients/messages.js").Channel} Channel */
/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */

/** @param {{patientId: string, carerId: string | null, title: string, onClose: () => void, onAdded: (channel: Channel) => void}} props */
export function ChannelDialog({ patientId, carerId, title, onClose, onAdded }) {
  const [value, setValue] = useState("");
  const { busy, problem, field, run } = useAct();
  const add = () =>
    run(async () => {
      const kind = value.includes("@") ? "email" : "phone";
      const answer = await api.post(`/patients/${patientId}/channels`, { kind, value, ...(carerId ? { carer_id: carerId } : {}) });
      onAdded(answer.channel);
      onClose();
    });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void add();
  };
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="primary" label=${t("patient.add")} busy=${busy} onClick=${add} testid="save-channel" />`;
  return html`<${Dialog} title=${title} open=${true} onClose=${onClose} actions=${actions}>
    <form class="form" onSubmit=${submit}>
      <${Field} label=${t("patient.channel_value")} hint=${t("patient.channel_hint")} value=${value} onInput=${setValue} maxlength=${254} autocomplete="off"
        error=${field === "value" ? problem : ""} testid="channel-value" />
      <button type="submit" hidden></button>
    </form>
    ${problem && field !== "value" && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{channel: Channel, record: PatientRecord, canEdit: boolean, onRemove: (channel: Channel) => void, onChanged: () => void}} props */
export function ChannelLine({ channel, record, canEdit, onRemove, onChanged }) {
  const [verifying, setVerifying] = useState(false);
  const line = useRef(/** @type {HTMLElement | null} */ (null));
  const isNew = useRef(false);
  useEffect(() => {
    // The button that was pressed is gone once the channel is verified: focus stays at its line.
    if (channel.verified_at && isNew.current) line.current?.focus();
  }, [channel.verified_at]);
  const verified = () => {
    isNew.current = true;
    onChanged();
  };
  return html`<div class="channel" ref=${line} tabindex="-1">
    <${Icon} name=${channel.kind === "phone" ? "phone" : "send"} size=${16} />
    <span class="channel__text"><span class="channel__value">${channel.shown}</span>
    ${channel.verified_at ? html`<${Badge} kind="ok" icon="check">${t("patient.verified")}</${Badge}>` : html`<${Badge}>${t("patient.not_verified")}</${Badge}>`}</span>
    ${canEdit && !channel.verified_at && html`<${Button} label=${t("patient.verify")} onClick=${() => setVerifying(true)} testid="verify-channel" attributes=${{ "aria-label": t("patient.verify_channel", { value: channel.shown }) }} />`}
    ${verifying && html`<${VerifyDialog} patientId=${record.patient.id} channel=${channel} onClose=${() => setVerifying(false)} onChanged=${verified} />`}
    ${canEdit && html`<${Button} kind="icon" icon="x" label=${t("patient.remove_channel", { value: channel.shown })} onClick=${() => onRemove(channel)} />`}
  </div>`;
}

/**
 * Removing, with the way back: the same number or address again.
 * @param {PatientRecord} record
 * @param {() => void} onChanged
 */
export function removeChannel(record, onChanged) {
  const id = record.patient.id;
  return (/** @type {Channel} */ channel) =>
    quietly(async () => {
      await api.post(`/patients/${id}/channels/${channel.id}/revoke`);
      onChanged();
      const again = { kind: channel.kind, value: channel.value, ...(channel.carer_id ? { carer_id: channel.carer_id } : {}) };
      const undo = () => quietly(async () => {
        await api.post(`/patients/${id}/channels`, again);
        onChanged();
      });
      toast(t("patient.channel_removed"), channel.verified_at ? {} : { undo });
    });
}

/** @param {{record: PatientRecord, onChanged: () => void}} props */
export function ChannelsSection({ record, onChanged }) {
  const [adding, setAdding] = useState(false);
  const own = record.channels.filter((channel) => !channel.carer_id);
  const canEdit = record.can.includes("edit_patient");
  const add = canEdit && html`<${Button} icon="plus" label=${t("patient.add")} onClick=${() => setAdding(true)} testid="add-channel" attributes=${{ "aria-label": t("patient.add_channel") }} />`;
  const remove = removeChannel(record, onChanged);
  return html`<${Section} title=${t("patient.channels")} action=${add} testid="channels">
    ${own.length ? html`<ul class="lines">${own.map((channel) => html`<li key=${channel.id}><${ChannelLine} channel=${channel} record=${record} canEdit=${canEdit} onRemove=${remove} onChanged=${onChanged} /></li>`)}</ul>` : html`<${Nothing}>${t("patient.no_channels")}</${Nothing}>`}
    ${adding && html`<${ChannelDialog} patientId=${record.patient.id} carerId=${null} title=${t("patient.add_channel")} onClose=${() => setAdding(false)} onAdded=${onChanged} />`}
  </${Section}>`;
}
