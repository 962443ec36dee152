/** What stays of an incident that is over: when what happened, who was there, which cards were shown. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { clockTime, language, t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { readIncident } from "../../incident/commands.js";
import { stateLook } from "../../incident/words.js";
import { problemWords } from "../../problem_words.js";
import { Kept } from "./summary_kept.js";

/** @typedef {import("../../incident/commands.js").Summary} Summary */

/** @param {{summary: Summary}} props */
function Content({ summary }) {
  const { states, persons, cards, positions, messages, acts, note, stills, drawings, forgotten_at: forgottenAt } = summary;
  return html`<div class="summary" data-testid="summary">
    <p>${t("incident.summary_counts", { positions, messages, acts })}</p>
    ${forgottenAt && html`<p class="muted" data-testid="summary-forgotten">${t("incident.summary_forgotten")} <${DateTime} at=${forgottenAt} /></p>`}
    <h3>${t("incident.summary_states")}</h3><ol class="summary__list">${states.map(({ state, at }, index) => html`<li key=${index}><time dateTime=${at}>${clockTime(at)}</time> ${stateLook(state).word}</li>`)}</ol>
    ${persons.length > 0 && html`<h3>${t("incident.summary_persons")}</h3><ul class="summary__list">${persons.map((one, index) => html`<li key=${index}><time dateTime=${one.from}>${clockTime(one.from)}</time>${one.until && html`–<time dateTime=${one.until}>${clockTime(one.until)}</time>`} <span dir="auto">${one.name || t(`call.role_${one.role}`)}</span></li>`)}</ul>`}
    ${cards.length > 0 && html`<h3>${t("incident.cards")}</h3><ul class="summary__list">${cards.map((one, index) => html`<li key=${index}><time dateTime=${one.at}>${clockTime(one.at)}</time> ${one.words[language()] ?? one.words["en"]} <span class="muted">${t(one.shown_at ? "incident.card_seen" : "incident.card_not_seen")}</span></li>`)}</ul>`}
    <${Kept} stills=${stills} drawings=${drawings} />
    ${note && html`<h3>${t("incident.end_note")}</h3><p dir="auto">${note}</p>`}
  </div>`;
}

/** @param {{incidentId: string, onClose: () => void}} props */
export function SummaryDialog({ incidentId, onClose }) {
  const [summary, setSummary] = useState(/** @type {Summary | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    readIncident(incidentId).then((answer) => (answer.summary ? setSummary(answer.summary) : setProblem(t("incident.no_summary"))), (error) => setProblem(problemWords(error)));
  }, [incidentId]);
  return html`<${Dialog} title=${t("incident.summary")} open=${true} onClose=${onClose} wide=${true} testid="summary-dialog" actions=${html`<${Button} label=${t("component.close")} onClick=${onClose} />`}>
    ${summary ? html`<${Content} summary=${summary} />` : problem ? html`<p role="alert">${problem}</p>` : html`<${SkeletonRows} rows=${3} />`}
  </${Dialog}>`;
}
