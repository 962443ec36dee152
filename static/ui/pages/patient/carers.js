/** Who acts for the person, in what, and until when. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { calendarDay } from "../../../core/calendar_day.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Menu } from "../../components/menu.js";
import { Select } from "../../components/select.js";
import { toast } from "../../components/toast.js";
import { Checks } from "../patients/details_fields.js";
import { MAX_NAME, RELATIONS, SCOPES } from "../patients/messages.js";
import { useAct } from "./act.js";
import { ChannelDialog, ChannelLine, removeChannel } from "./channels.js";
import { Nothing, Section } from "./section.js";

/** @typedef {import("../patients/messages.js").Carer} Carer */
/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */

/** @param {{patientId: string, carer: Carer | null, onClose: () => void, onChanged: () => void}} props null: a new one */
function CarerDialog({ patientId, carer, onClose, onChanged }) {
  const [name, setName] = useState(carer?.name ?? "");
  const [relation, setRelation] = useState(carer?.relation ?? "relative");
  const [scope, setScope] = useState(carer?.scope ?? ["join_visits"]);
  const [endsOn, setEndsOn] = useState(carer?.ends_at?.slice(0, 10) ?? "");
  const { busy, problem, field, run } = useAct();
  const save = () =>
    run(async () => {
      const body = { name, relation, scope, ends_on: endsOn || null };
      if (carer) await api.patch(`/patients/${patientId}/carers/${carer.id}`, body);
      else await api.post(`/patients/${patientId}/carers`, body);
      onChanged();
      onClose();
    });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void save();
  };
  const error = (/** @type {string} */ one) => (field === one ? problem : "");
  const options = RELATIONS.map((value) => ({ value, label: t(`relation.${value}`) }));
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="primary" label=${t("common.save")} busy=${busy} onClick=${save} testid="save-carer" />`;
  return html`<${Dialog} title=${t(carer ? "patient.edit_carer" : "patient.add_carer")} open=${true} onClose=${onClose} actions=${actions}>
    <form class="form" onSubmit=${submit}>
      <${Field} label=${t("patient.name")} value=${name} onInput=${setName} maxlength=${MAX_NAME} autocomplete="off" error=${error("name")} testid="carer-name" />
      <${Select} label=${t("patient.relation")} value=${relation} options=${options} onChange=${setRelation} />
      <${Checks} legend=${t("patient.may")} name="scope" words=${SCOPES} label=${(/** @type {string} */ word) => t(`scope.${word}`)} chosen=${scope} onChange=${setScope} error=${error("scope")} />
      <${Field} label=${t("patient.ends_on")} hint=${t("patient.ends_hint")} value=${endsOn} onInput=${setEndsOn} error=${error("ends_on")} attributes=${{ type: "date" }} />
      <button type="submit" hidden></button>
    </form>
    ${problem && !["name", "scope", "ends_on"].includes(field) && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{patientId: string, carer: Carer, onClose: () => void, onChanged: () => void}} props */
function EndDialog({ patientId, carer, onClose, onChanged }) {
  const { busy, problem, run } = useAct();
  const end = () =>
    run(async () => {
      await api.post(`/patients/${patientId}/carers/${carer.id}/revoke`);
      toast(t("patient.carer_ended", { name: carer.name }));
      onChanged();
      onClose();
    });
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="danger" label=${t("patient.end_carer")} busy=${busy} onClick=${end} testid="confirm-end-carer" />`;
  return html`<${Dialog} title=${t("patient.end_carer_title", { name: carer.name })} open=${true} onClose=${onClose} actions=${actions}>
    <p>${t("patient.end_carer_text")}</p>${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{carer: Carer, record: PatientRecord, onAsk: (kind: "edit" | "channel" | "end", carer: Carer) => void, onChanged: () => void}} props */
function CarerLine({ carer, record, onAsk, onChanged }) {
  const canEdit = record.can.includes("edit_patient");
  const items = [
    { id: "edit", label: t("patient.edit_carer"), onSelect: () => onAsk("edit", carer) },
    { id: "channel", label: t("patient.add_channel"), onSelect: () => onAsk("channel", carer) },
    { id: "end", label: t("patient.end_carer"), danger: true, onSelect: () => onAsk("end", carer) },
  ];
  const channels = record.channels.filter((channel) => channel.carer_id === carer.id);
  return html`<li class="carer">
    <div class="carer__text">
      <p class="row__title">${carer.name} <span class="muted">${t(`relation.${carer.relation}`)}</span></p>
      <p class="muted">${carer.scope.map((word) => t(`scope.${word}`)).join(", ")}</p>
      ${carer.ends_at && html`<p>${carer.active ? html`<span class="muted">${t("patient.until", { date: calendarDay(carer.ends_at.slice(0, 10), "medium") })}</span>` : html`<${Badge}>${t("patient.over")}</${Badge}>`}</p>`}
      ${channels.map((channel) => html`<${ChannelLine} key=${channel.id} channel=${channel} record=${record} canEdit=${canEdit} onRemove=${removeChannel(record, onChanged)} onChanged=${onChanged} />`)}
    </div>
    ${canEdit && html`<${Menu} kind="icon" icon="ellipsis-vertical" label=${t("patient.carer_actions", { name: carer.name })} items=${items} side="below" align="end" />`}
  </li>`;
}

/** @param {{record: PatientRecord, onChanged: () => void}} props */
export function CarersSection({ record, onChanged }) {
  const [asked, setAsked] = useState(/** @type {{kind: "add" | "edit" | "channel" | "end", carer: Carer | null} | null} */ (null));
  const close = () => setAsked(null);
  const id = record.patient.id;
  const ask = (/** @type {"edit" | "channel" | "end"} */ kind, /** @type {Carer} */ carer) => setAsked({ kind, carer });
  const add = record.can.includes("edit_patient") && html`<${Button} icon="plus" label=${t("patient.add")} onClick=${() => setAsked({ kind: "add", carer: null })} testid="add-carer" attributes=${{ "aria-label": t("patient.add_carer") }} />`;
  return html`<${Section} title=${t("patient.carers")} action=${add} testid="carers">
    ${record.carers.length ? html`<ul class="lines">${record.carers.map((carer) => html`<${CarerLine} key=${carer.id} carer=${carer} record=${record} onAsk=${ask} onChanged=${onChanged} />`)}</ul>` : html`<${Nothing}>${t("patient.no_carers")}</${Nothing}>`}
    ${(asked?.kind === "add" || asked?.kind === "edit") && html`<${CarerDialog} patientId=${id} carer=${asked.carer} onClose=${close} onChanged=${onChanged} />`}
    ${asked?.kind === "channel" && asked.carer && html`<${ChannelDialog} patientId=${id} carerId=${asked.carer.id} title=${t("patient.add_channel")} onClose=${close} onAdded=${onChanged} />`}
    ${asked?.kind === "end" && asked.carer && html`<${EndDialog} patientId=${id} carer=${asked.carer} onClose=${close} onChanged=${onChanged} />`}
  </${Section}>`;
}
