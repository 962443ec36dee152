/** The roster of one speciality: shifts that come each week, and dated ones that take their place. Saved as a whole. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { onCallProblem } from "./on_call.js";

/** @typedef {import("./on_call.js").Shift} Shift */
/** @typedef {import("./on_call.js").Speciality} Speciality */
/** @typedef {import("./on_call.js").Person} Person */

const LEVELS = [1, 2, 3, 4, 5].map((level) => ({ value: String(level), label: String(level) }));
/** A Monday, so that the days of the week have names. */
const MONDAY = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

function weekdays() {
  const name = new Intl.DateTimeFormat(language(), { weekday: "long", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, day) => ({ value: String(day), label: name.format(MONDAY + day * DAY_MS) }));
}

/** What a `datetime-local` field shows, in the time of this device. @param {string} iso */
function localText(iso) {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {string} userId @param {boolean} dated @returns {Shift} */
function newShift(userId, dated) {
  const now = new Date();
  now.setMinutes(0, 0, 0);
  const later = new Date(now.getTime() + 12 * 3_600_000);
  const base = { user_id: userId, level: 1, phone: "" };
  return dated
    ? { ...base, weekly: null, dated: { starts_at: now.toISOString(), ends_at: later.toISOString() } }
    : { ...base, weekly: { weekday: 0, start: "08:00", end: "20:00" }, dated: null };
}

/** @param {{shift: Shift, number: number, staff: Person[], onChange: (shift: Shift) => void, onRemove: () => void}} props */
function ShiftRow({ shift, number, staff, onChange, onRemove }) {
  const people = staff.map((one) => ({ value: one.id, label: one.name }));
  const { weekly, dated } = shift;
  const moment = (/** @type {"starts_at" | "ends_at"} */ key) => (/** @type {string} */ text) => {
    const at = new Date(text);
    if (dated && !Number.isNaN(at.getTime())) onChange({ ...shift, dated: { ...dated, [key]: at.toISOString() } });
  };
  return html`<fieldset class="roster-shift"><legend>${t("oncall.shift", { number })}</legend>
    <${Select} label=${t("oncall.person")} value=${shift.user_id} options=${people} onChange=${(/** @type {string} */ id) => onChange({ ...shift, user_id: id })} testid="shift-person" />
    <${Select} label=${t("oncall.level")} value=${String(shift.level)} options=${LEVELS} onChange=${(/** @type {string} */ level) => onChange({ ...shift, level: Number(level) })} testid="shift-level" />
    ${weekly && html`<${Select} label=${t("oncall.weekday")} value=${String(weekly.weekday)} options=${weekdays()} onChange=${(/** @type {string} */ day) => onChange({ ...shift, weekly: { ...weekly, weekday: Number(day) } })} />
      <${Field} label=${t("oncall.from")} value=${weekly.start} onInput=${(/** @type {string} */ start) => onChange({ ...shift, weekly: { ...weekly, start } })} attributes=${{ type: "time" }} testid="shift-start" />
      <${Field} label=${t("oncall.to")} value=${weekly.end} onInput=${(/** @type {string} */ end) => onChange({ ...shift, weekly: { ...weekly, end } })} attributes=${{ type: "time" }} testid="shift-end" />`}
    ${dated && html`<${Field} label=${t("oncall.from")} value=${localText(dated.starts_at)} onInput=${moment("starts_at")} attributes=${{ type: "datetime-local" }} />
      <${Field} label=${t("oncall.to")} value=${localText(dated.ends_at)} onInput=${moment("ends_at")} attributes=${{ type: "datetime-local" }} />`}
    <${Field} label=${t("oncall.sms")} type="tel" value=${shift.phone} onInput=${(/** @type {string} */ phone) => onChange({ ...shift, phone: phone.replace(/\s/g, "") })} maxlength=${16} />
    <${Button} icon="trash-2" label=${t("oncall.remove_shift")} onClick=${onRemove} attributes=${{ "aria-label": t("oncall.remove_named", { number }) }} />
  </fieldset>`;
}

/** @param {{speciality: Speciality, staff: Person[], onDone: () => void, onClose: () => void}} props */
export function RosterDialog({ speciality, staff, onDone, onClose }) {
  const [shifts, setShifts] = useState(speciality.shifts);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const first = staff[0]?.id ?? "";
  const add = (/** @type {boolean} */ dated) => setShifts([...shifts, newShift(first, dated)]);
  const put = (/** @type {number} */ index, /** @type {Shift} */ shift) => setShifts(shifts.map((one, at) => (at === index ? shift : one)));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const wanted = shifts.map(({ user_id, level, phone, weekly, dated }) => ({ user_id, level, phone, ...(weekly && { weekly }), ...(dated && { dated }) }));
    try {
      await api.put(`/admin/specialities/${speciality.id}/shifts`, { revision: speciality.revision, shifts: wanted });
      onDone();
      onClose();
    } catch (error) {
      setFault(onCallProblem(error));
    }
    setBusy(false);
  };
  return html`<${Dialog} title=${t("oncall.roster_of", { name: speciality.name })} open=${true} onClose=${onClose} wide=${true} testid="roster-dialog">
    <form class="form" noValidate onSubmit=${submit}>
      <p class="muted">${t("oncall.roster_hint", { zone: speciality.time_zone })}</p>
      ${shifts.map((shift, index) => html`<${ShiftRow} key=${index} shift=${shift} number=${index + 1} staff=${staff} onChange=${(/** @type {Shift} */ one) => put(index, one)} onRemove=${() => setShifts(shifts.filter((_, at) => at !== index))} />`)}
      <div class="admin-acts"><${Button} icon="plus" label=${t("oncall.add_weekly")} disabled=${!first} onClick=${() => add(false)} testid="add-weekly" /><${Button} icon="plus" label=${t("oncall.add_dated")} disabled=${!first} onClick=${() => add(true)} testid="add-dated" /></div>
      ${!first && html`<p class="muted">${t("oncall.no_staff")}</p>`}
      ${fault && html`<p class="field__error" role="alert">${fault}</p>`}
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("common.save")} busy=${busy} testid="roster-save" /></div>
    </form>
  </${Dialog}>`;
}
