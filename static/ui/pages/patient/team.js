/** The agreed care team: to whom the record is open. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Avatar } from "../../components/avatar.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ListRow } from "../../components/list_row.js";
import { Select } from "../../components/select.js";
import { toast } from "../../components/toast.js";
import { patientProblem } from "../patients/words.js";
import { quietly, useAct } from "./act.js";
import { Nothing, Section } from "./section.js";

/** @typedef {import("../patients/messages.js").Member} Member */
/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */
/** @typedef {{id: string, name: string, role: string}} Colleague */

/** @param {{record: PatientRecord, onClose: () => void, onChanged: () => void}} props */
function AddDialog({ record, onClose, onChanged }) {
  const id = record.patient.id;
  const [colleagues, setColleagues] = useState(/** @type {Colleague[] | null} */ (null));
  const [chosen, setChosen] = useState("");
  const [failure, setFailure] = useState("");
  const { busy, problem, run } = useAct();
  useEffect(() => {
    const present = new Set(record.team.map((member) => member.user_id));
    api.get(`/patients/${id}/colleagues`).then(
      (answer) => setColleagues(answer.colleagues.filter((/** @type {Colleague} */ one) => !present.has(one.id))),
      (error) => setFailure(patientProblem(error)),
    );
  }, [id]);
  const add = () =>
    run(async () => {
      await api.post(`/patients/${id}/team`, { user_id: chosen });
      onChanged();
      onClose();
    });
  const options = [{ value: "", label: t("patient.choose_colleague") }, ...(colleagues ?? []).map(({ id: value, name, role }) => ({ value, label: `${name} (${t(`role.${role}`)})` }))];
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="primary" label=${t("patient.add")} busy=${busy} disabled=${!chosen} onClick=${add} testid="save-member" />`;
  const trouble = problem || failure;
  return html`<${Dialog} title=${t("patient.add_member")} open=${true} onClose=${onClose} actions=${actions}>
    ${colleagues && !colleagues.length ? html`<p>${t("patient.no_colleagues")}</p>` : html`<${Select} label=${t("patient.colleague")} value=${chosen} options=${options} onChange=${setChosen} disabled=${!colleagues} hint=${t("patient.member_hint")} />`}
    ${trouble && html`<${Banner} kind="urgent">${trouble}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{record: PatientRecord, onChanged: () => void}} props */
export function TeamSection({ record, onChanged }) {
  const [adding, setAdding] = useState(false);
  const canEdit = record.can.includes("edit_care_team");
  const id = record.patient.id;
  const remove = (/** @type {Member} */ member) =>
    quietly(async () => {
      await api.post(`/patients/${id}/team/${member.id}/end`);
      onChanged();
      const undo = () => quietly(async () => {
        await api.post(`/patients/${id}/team`, { user_id: member.user_id });
        onChanged();
      });
      toast(t("patient.member_ended", { name: member.name }), { undo });
    });
  const end = (/** @type {Member} */ member) => canEdit && html`<${Button} kind="icon" icon="x" label=${t("patient.end_member", { name: member.name })} onClick=${() => remove(member)} />`;
  const add = canEdit && html`<${Button} icon="plus" label=${t("patient.add")} onClick=${() => setAdding(true)} testid="add-member" attributes=${{ "aria-label": t("patient.add_member") }} />`;
  return html`<${Section} title=${t("patient.team")} action=${add} testid="team">
    ${record.team.length
      ? html`<ul class="rows">${record.team.map((member) => html`<${ListRow} key=${member.id} lead=${html`<${Avatar} name=${member.name} />`} title=${member.name} meta=${member.role && t(`role.${member.role}`)} end=${end(member)} />`)}</ul>`
      : html`<${Nothing}>${t("patient.no_team")}</${Nothing}>`}
    ${adding && html`<${AddDialog} record=${record} onClose=${() => setAdding(false)} onChanged=${onChanged} />`}
  </${Section}>`;
}
