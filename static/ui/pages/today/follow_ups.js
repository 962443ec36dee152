/** What is to be done on a day: on Today from that day on, what comes later folded away. Each can be done, moved, or dropped, and taken back. */
import { html, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { calendarDay } from "../../../core/calendar_day.js";
import { MAX_TEXT, dayText } from "../../../core/end_card.js";
import { daysUntil } from "../../../core/follow_ups.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { ListRow } from "../../components/list_row.js";
import { Menu } from "../../components/menu.js";
import { toast } from "../../components/toast.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useTyped } from "../../use_typed.js";

/** @typedef {import("../../../core/follow_ups.js").FollowUp} FollowUp */

/** @param {FollowUp} followUp @param {FollowUp["state"]} state */
async function move(followUp, state) {
  try {
    await api.post(`/follow-ups/${followUp.id}/state`, { state, command_id: newCommandId() });
    if (state !== "open") toast(t(`followup.now_${state}`), { undo: () => void move(followUp, "open") });
  } catch (error) {
    toast(problemWords(error));
  }
}

/** Makes what somebody left behind one's own. @param {FollowUp} followUp */
async function take(followUp) {
  try {
    await api.post(`/follow-ups/${followUp.id}/take`, { command_id: newCommandId() }, { retry: true });
    toast(t("followup.now_yours"));
  } catch (error) {
    toast(problemCode(error) === "not_found" ? t("followup.taken") : problemCode(error) === "too_many_follow_ups" ? t("followup.too_many") : problemWords(error));
  }
}

/** @param {{followUp: FollowUp, today: string}} props */
function Due({ followUp, today }) {
  const days = daysUntil(followUp, today);
  if (days > 0) return html`<span>${calendarDay(followUp.due_on)}</span>`;
  return html`<${Badge} kind=${days < 0 ? "warn" : "brand"} icon="calendar">${days < 0 ? t("followup.late", { days: -days }) : t("followup.today")}</${Badge}>`;
}

/** @param {{followUp: FollowUp, onClose: () => void}} props */
function EditDialog({ followUp, onClose }) {
  const { fields: { text, day }, set, clear } = useTyped(`follow-up ${followUp.id} ${followUp.revision}`, { text: followUp.text, day: followUp.due_on });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const save = async () => {
    if (!text.trim() || !day) return setProblem(t(text.trim() ? "followup.day_missing" : "followup.text_missing"));
    setBusy(true);
    try {
      await api.patch(`/follow-ups/${followUp.id}`, { text: text.trim(), ...(day === followUp.due_on ? {} : { due_on: day }), revision: followUp.revision }, { retry: true });
      clear();
      onClose();
    } catch (error) {
      setBusy(false);
      const code = problemCode(error);
      setProblem(code === "follow_up_changed" ? t("followup.changed") : code === "invalid_input" ? t("followup.day_missing") : problemWords(error));
    }
  };
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" label=${t("common.save")} busy=${busy} onClick=${() => void save()} testid="follow-up-save" />`;
  return html`<${Dialog} title=${t("followup.edit_title", { name: followUp.patient_name || t("today.unnamed") })} open=${true} onClose=${onClose} actions=${actions} testid="follow-up-edit">
    <${Field} label=${t("followup.text")} value=${text} onInput=${(/** @type {string} */ next) => set({ text: next })} maxlength=${MAX_TEXT} autocomplete="off" testid="follow-up-edit-text" />
    <${Field} label=${t("followup.day")} value=${day} onInput=${(/** @type {string} */ next) => set({ day: next })} testid="follow-up-edit-day" attributes=${{ type: "date", min: dayText(new Date()) }} />
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {FollowUp} followUp */
const titleOf = ({ patient_id: id, patient_name: name }) => (id ? html`<a href="/patients/${id}">${name || t("today.unnamed")}</a>` : name || t("today.unnamed"));

/** Its owner is gone: whoever takes it has it. @param {{followUp: FollowUp, today: string}} props */
function LeftRow({ followUp, today }) {
  const name = followUp.patient_name || t("today.unnamed");
  const end = html`<${Button} icon="user-check" label=${t("followup.take")} onClick=${() => void take(followUp)} testid="follow-up-take" attributes=${{ "aria-label": t("followup.take_for", { name, text: followUp.text }) }} />`;
  return html`<${ListRow} class="row--task" lead=${html`<span class="avatar"><${Icon} name="calendar" /></span>`} title=${titleOf(followUp)}
    meta=${html`<span>${followUp.text}</span> <${Due} followUp=${followUp} today=${today} /> <${Badge} icon="user">${t("followup.was", { name: followUp.was ?? "" })}</${Badge}>`} end=${end} />`;
}

/** @param {{followUp: FollowUp, today: string}} props */
export function FollowUpRow({ followUp, today }) {
  return followUp.was === undefined ? html`<${OwnRow} followUp=${followUp} today=${today} />` : html`<${LeftRow} followUp=${followUp} today=${today} />`;
}

/** @param {{followUp: FollowUp, today: string}} props */
function OwnRow({ followUp, today }) {
  const [editing, setEditing] = useState(false);
  const name = followUp.patient_name || t("today.unnamed");
  const items = [
    { id: "edit", label: t("followup.edit"), icon: "notebook-pen", testid: "follow-up-open-edit", onSelect: () => setEditing(true) },
    { id: "cancel", label: t("followup.cancel"), icon: "x", testid: "follow-up-cancel", onSelect: () => void move(followUp, "cancelled") },
  ];
  const end = html`<${Button} icon="check" label=${t("followup.done")} onClick=${() => void move(followUp, "done")} testid="follow-up-done" attributes=${{ "aria-label": t("followup.done_for", { name, text: followUp.text }) }} />
    <${Menu} label=${t("followup.more_for", { name })} icon="ellipsis-vertical" items=${items} testid="follow-up-more" />
    ${editing && html`<${EditDialog} followUp=${followUp} onClose=${() => setEditing(false)} />`}`;
  return html`<${ListRow} class="row--task" lead=${html`<span class="avatar"><${Icon} name="calendar" /></span>`} title=${titleOf(followUp)}
    meta=${html`<span>${followUp.text}</span> <${Due} followUp=${followUp} today=${today} />`} end=${end} />`;
}

/** Those whose day has not come. @param {{later: FollowUp[], today: string}} props */
export function LaterList({ later, today }) {
  if (!later.length) return null;
  return html`<details class="later" data-testid="follow-ups-later"><summary>${t("followup.later", { count: later.length })}</summary>
    <ul class="rows">${later.map((one) => html`<${FollowUpRow} key=${one.id} followUp=${one} today=${today} />`)}</ul></details>`;
}
