/** On call: specialities, how they are called, and who is on duty. */
import { html, useMemo, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { EmptyState } from "../../components/empty_state.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { toast } from "../../components/toast.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { Loaded, Section } from "./parts.js";
import { RosterDialog } from "./roster_dialog.js";
import { useResource } from "./use_resource.js";

/**
 * @typedef {{weekday: number, start: string, end: string}} Weekly
 * @typedef {{starts_at: string, ends_at: string}} Dated
 * @typedef {{user_id: string, level: number, phone: string, weekly: Weekly | null, dated: Dated | null, name?: string, id?: string}} Shift
 * @typedef {{id: string, revision: number, name: string, mode: "all" | "escalate", phone: string, time_zone: string, steps: number[], closed: boolean, shifts: Shift[], on_call: {user_id: string, name: string, level: number}[]}} Speciality
 * @typedef {{id: string, name: string, role: string}} Person
 * @typedef {{specialities: Speciality[], staff: Person[]}} OnCallAnswer
 */

/** Codes with their own sentence. @type {Record<string, string>} */
const WORDS = { speciality_there: "oncall.name_taken", speciality_changed: "oncall.changed", invalid_input: "oncall.not_possible" };

/** @param {unknown} error */
export function onCallProblem(error) {
  const key = WORDS[problemCode(error)];
  return key ? t(key) : problemWords(error);
}

/** @param {string} text "30, 45" @returns {number[]} */
const secondsOf = (text) => text.split(/[\s,;]+/).filter(Boolean).map(Number);

/** @param {{speciality: Speciality | null, onDone: () => void, onClose: () => void}} props `speciality` null: a new one */
function SpecialityDialog({ speciality, onDone, onClose }) {
    const [name, setName] = useState(speciality?.name ?? "");
  const [mode, setMode] = useState(/** @type {string} */ (speciality?.mode ?? "escalate"));
  const [phone, setPhone] = useState(speciality?.phone ?? "");
  const [zone, setZone] = useState(speciality?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [steps, setSteps] = useState((speciality?.steps ?? [30, 30]).join(", "));
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const commandId = useMemo(newCommandId, [name, mode, phone, zone, steps]); // Other words are another speciality.
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const values = { name, mode, phone, time_zone: zone, steps: secondsOf(steps) };
    try {
      if (speciality) await api.patch(`/admin/specialities/${speciality.id}`, { ...values, revision: speciality.revision });
      else await api.post("/admin/specialities", { ...values, command_id: commandId });
      onDone();
      onClose();
    } catch (error) {
      setFault(onCallProblem(error));
    }
    setBusy(false);
  };
  const modes = [{ value: "escalate", label: t("oncall.mode_escalate") }, { value: "all", label: t("oncall.mode_all") }];
  return html`<${Dialog} title=${t(speciality ? "oncall.edit" : "oncall.new")} open=${true} onClose=${onClose} testid="speciality-dialog">
    <form class="form" noValidate onSubmit=${submit}>
      <${Field} label=${t("oncall.name")} value=${name} onInput=${setName} maxlength=${60} testid="speciality-name" />
      <${Select} label=${t("oncall.mode")} value=${mode} options=${modes} onChange=${setMode} testid="speciality-mode" />
      <${Field} label=${t("oncall.steps")} hint=${t("oncall.steps_hint")} value=${steps} onInput=${setSteps} maxlength=${40} testid="speciality-steps" />
      <${Field} label=${t("oncall.phone")} hint=${t("oncall.phone_hint")} type="tel" value=${phone} onInput=${setPhone} maxlength=${32} testid="speciality-phone" />
      <${Field} label=${t("oncall.zone")} value=${zone} onInput=${setZone} maxlength=${40} testid="speciality-zone" />
      ${fault && html`<p class="field__error" role="alert">${fault}</p>`}
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("common.save")} busy=${busy} testid="speciality-save" /></div>
    </form>
  </${Dialog}>`;
}

/** @param {{speciality: Speciality, onEdit: () => void, onRoster: () => void, reload: () => void}} props */
function SpecialityCard({ speciality, onEdit, onRoster, reload }) {
  const { name, closed, on_call: duty } = speciality;
  const close = async () => {
    try {
      await api.patch(`/admin/specialities/${speciality.id}`, { revision: speciality.revision, closed: !closed });
    } catch (error) {
      toast(onCallProblem(error));
    }
    reload();
  };
  return html`<article class="card card--padded oncall-card" data-testid="speciality">
    <h3>${name} ${closed && html`<${Badge} icon="lock">${t("oncall.closed")}</${Badge}>`}</h3>
    <p>${t(speciality.mode === "all" ? "oncall.mode_all" : "oncall.mode_escalate")}: ${t("oncall.seconds", { seconds: speciality.steps.join(", ") })}</p>
    <p>${t("oncall.phone")}: ${speciality.phone}</p>
    <p data-testid="on-call-now">${t("oncall.now")}: ${duty.length ? duty.map((one) => `${one.name} (${one.level})`).join(", ") : t("oncall.nobody")}</p>
    <div class="admin-acts">
      <${Button} icon="calendar" label=${t("oncall.roster")} onClick=${onRoster} attributes=${{ "aria-label": t("oncall.roster_of", { name }) }} testid="edit-roster" />
      <${Button} icon="notebook-pen" label=${t("admin.edit")} onClick=${onEdit} attributes=${{ "aria-label": t("admin.edit_named", { name }) }} testid="edit-speciality" />
      <${Button} label=${t(closed ? "oncall.open_again" : "oncall.close")} onClick=${() => void close()} attributes=${{ "aria-label": t(closed ? "oncall.open_named" : "oncall.close_named", { name }) }} />
    </div>
  </article>`;
}

export function OnCall() {
  const answer = /** @type {import("./use_resource.js").Resource<OnCallAnswer>} */ (useResource("/admin/on-call"));
  const [edited, setEdited] = useState(/** @type {Speciality | "new" | null} */ (null));
  const [roster, setRoster] = useState(/** @type {Speciality | null} */ (null));
  const reload = () => void answer.reload();
  const add = html`<${Button} icon="plus" label=${t("oncall.new")} onClick=${() => setEdited("new")} testid="new-speciality" />`;
  return html`<${Section} title=${t("oncall.title")} hint=${t("oncall.hint")} end=${add} testid="admin-on-call">
      <${Loaded} resource=${answer}>${(/** @type {OnCallAnswer} */ data) => (data.specialities.length
        ? html`<div class="oncall-list">${data.specialities.map((one) => html`<${SpecialityCard} key=${one.id} speciality=${one} onEdit=${() => setEdited(one)} onRoster=${() => setRoster(one)} reload=${reload} />`)}</div>`
        : html`<div class="card"><${EmptyState} icon="siren" title=${t("oncall.none")}>${t("oncall.none_more")}</${EmptyState}></div>`)}</${Loaded}>
    </${Section}>
    ${edited && html`<${SpecialityDialog} speciality=${edited === "new" ? null : edited} onDone=${reload} onClose=${() => setEdited(null)} />`}
    ${roster && html`<${RosterDialog} speciality=${roster} staff=${answer.data?.staff ?? []} onDone=${reload} onClose=${() => setRoster(null)} />`}`;
}
