/** When a waiting room's door is open: always, or by the hours of a week, except on some days. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { endOfDay, usualHours } from "../../../core/queue_form.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { Switch } from "../../components/switch.js";

/** @typedef {import("../../../core/queue_form.js").QueueForm} QueueForm */
/** @typedef {import("../../../core/queue_form.js").Hours} Hours */
/** @typedef {{form: QueueForm, change: (part: Partial<QueueForm>) => void, faults: readonly string[]}} PartProps */

/** A Monday, to name the days by. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const MAX_HOURS = 28;

/** @param {number} day Monday is 0 @param {"long" | "short"} [weekday] */
export function dayName(day, weekday = "long") {
  return new Intl.DateTimeFormat(language(), { weekday, timeZone: "UTC" }).format(new Date(MONDAY + day * DAY_MS));
}

/** "Mon 08:00–17:00, Tue …". @param {readonly Hours[]} hours */
export function hoursWords(hours) {
  if (!hours.length) return t("admin.queue_always");
  return hours.map(({ day, from, to }) => `${dayName(day, "short")} ${from}–${to}`).join(", ");
}

/** All zones the browser knows; the one set is always among them. @param {string} current */
function zoneOptions(current) {
  const known = /** @type {{supportedValuesOf?: (key: string) => string[]}} */ (Intl).supportedValuesOf?.("timeZone") ?? [];
  return [...new Set([current, ...known])].filter(Boolean).map((value) => ({ value, label: value.replace(/_/g, " ") }));
}

/** @param {{hours: Hours, onChange: (hours: Hours) => void, onRemove: () => void}} props */
function HoursLine({ hours, onChange, onRemove }) {
  const { day, from, to } = hours;
  const days = [0, 1, 2, 3, 4, 5, 6].map((value) => ({ value: String(value), label: dayName(value) }));
  const name = `${dayName(day)} ${from}`;
  return html`<li class="queue-hours__line">
    <${Select} label=${t("admin.queue_day")} hideLabel=${true} value=${String(day)} options=${days} onChange=${(/** @type {string} */ value) => onChange({ ...hours, day: Number(value) })} />
    <${Field} label=${t("admin.queue_from")} hideLabel=${true} value=${from} onInput=${(/** @type {string} */ value) => onChange({ ...hours, from: value })} attributes=${{ type: "time" }} />
    <span aria-hidden="true">–</span>
    <${Field} label=${t("admin.queue_until")} hideLabel=${true} value=${to === "24:00" ? "00:00" : to} onInput=${(/** @type {string} */ value) => onChange({ ...hours, to: endOfDay(value) })} attributes=${{ type: "time" }} />
    <${Button} kind="icon" icon="trash-2" label=${t("admin.queue_remove_hours", { name })} onClick=${onRemove} />
  </li>`;
}

/** @param {PartProps} props */
export function HoursPart({ form, change, faults }) {
  const { hours } = form;
  const put = (/** @type {number} */ index, /** @type {Hours} */ line) => change({ hours: hours.map((one, at) => (at === index ? line : one)) });
  const last = hours[hours.length - 1];
  const add = () => change({ hours: [...hours, last ? { ...last, day: (last.day + 1) % 7 } : { day: 0, from: "08:00", to: "17:00" }] });
  const always = (/** @type {boolean} */ on) => change({ always: on, ...(!on && !hours.length ? { hours: usualHours() } : {}) });
  return html`<fieldset class="queue-part"><legend>${t("admin.queue_hours")}</legend>
    <${Switch} label=${t("admin.queue_always")} hint=${t("admin.queue_always_hint")} checked=${form.always} onChange=${always} testid="queue-always" />
    ${!form.always && html`<ul class="queue-hours">${hours.map((line, index) => html`<${HoursLine} key=${index} hours=${line} onChange=${(/** @type {Hours} */ next) => put(index, next)} onRemove=${() => change({ hours: hours.filter((_, at) => at !== index) })} />`)}</ul>
      ${hours.length < MAX_HOURS && html`<div><${Button} icon="plus" label=${t("admin.queue_add_hours")} onClick=${add} testid="queue-add-hours" /></div>`}`}
    ${faults.includes("hours") && html`<p class="field__error" role="alert">${t("admin.queue_fault_hours")}</p>`}
    <${Field} label=${t("admin.queue_closed_days")} hint=${t("admin.queue_closed_days_hint")} value=${form.closed_days} onInput=${(/** @type {string} */ value) => change({ closed_days: value })} multiline=${true} rows=${2} error=${faults.includes("closed_days") ? t("admin.queue_fault_closed_days") : ""} testid="queue-closed-days" />
    <${Select} label=${t("admin.queue_zone")} value=${form.time_zone} options=${zoneOptions(form.time_zone)} onChange=${(/** @type {string} */ value) => change({ time_zone: value })} />
  </fieldset>`;
}
