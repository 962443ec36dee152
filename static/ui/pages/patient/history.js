/** What was changed in the record, by whom, before and after. Read when asked for: every look is written down. */
import { html, useState } from "../../../vendor/preact.js";
import { calendarDay } from "../../../core/calendar_day.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { languageName, patientProblem } from "../patients/words.js";
import { usePages } from "./pages.js";
import { Nothing, Section } from "./section.js";

/** @typedef {import("../patients/messages.js").Change} Change */

/** @param {string} field @param {unknown} value @returns {string} */
function valueWords(field, value) {
  if (value === null || value === "" || (Array.isArray(value) && !value.length)) return t("patient.empty_value");
  if (field === "birth_date") return calendarDay(String(value), "medium");
  if (field === "ends_at") return calendarDay(String(value).slice(0, 10), "medium");
  if (field === "language" || field === "interpreter_language") return languageName(String(value));
  if (field === "needs" && Array.isArray(value)) return value.map((word) => t(`need.${word}`)).join(", ");
  if (field === "scope" && Array.isArray(value)) return value.map((word) => t(`scope.${word}`)).join(", ");
  if (field === "relation") return t(`relation.${value}`);
  return String(value);
}

/** @param {{field: string, pair: [unknown, unknown]}} props */
function Pair({ field, pair: [before, after] }) {
  if (field === "session") return null;
  const name = html`<span class="muted">${t(`field.${field}`)}:</span>`;
  if (before === null || before === "" || before === after) return html`<p>${name} ${valueWords(field, after)}</p>`;
  return html`<p>${name} <del>${valueWords(field, before)}</del> <span class="visually-hidden">${t("patient.became")}</span>${" → "}<ins>${valueWords(field, after)}</ins></p>`;
}

/** @param {{change: Change}} props */
function Line({ change }) {
  return html`<li class="change">
    <p class="row__title">${t(`change.${change.kind}`)}</p>
    ${Object.entries(change.change).map(([field, pair]) => html`<${Pair} key=${field} field=${field} pair=${pair} />`)}
    <p class="muted"><${DateTime} at=${change.at} kind="date" />${change.by && ` · ${change.by}`}</p>
  </li>`;
}

/** @param {{patientId: string, version: unknown}} props */
function Lines({ patientId, version }) {
  const { rows, next, error, busy, more } = /** @type {import("./pages.js").Pages<Change>} */ (usePages(`/patients/${patientId}/history`, "changes", version));
  if (error) return html`<${Nothing}>${patientProblem(error)} <${Button} kind="plain" label=${t("common.try_again")} onClick=${more} /></${Nothing}>`;
  if (!rows) return html`<${SkeletonRows} rows=${2} />`;
  return html`<ol class="changes">${rows.map((change) => html`<${Line} key=${change.id} change=${change} />`)}</ol>
    ${next && html`<div class="card__foot"><${Button} kind="plain" label=${t("patient.more")} busy=${busy} onClick=${more} /></div>`}`;
}

/** @param {{patientId: string, version: unknown}} props */
export function HistorySection({ patientId, version }) {
  const [open, setOpen] = useState(false);
  return html`<${Section} title=${t("patient.history")} testid="history">
    ${open ? html`<${Lines} patientId=${patientId} version=${version} />` : html`<div class="card__foot"><${Button} kind="plain" icon="history" label=${t("patient.show_history")} onClick=${() => setOpen(true)} testid="show-history" /></div>`}
  </${Section}>`;
}
