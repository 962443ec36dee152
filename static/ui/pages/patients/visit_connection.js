/** Connection during a visit: what each person could hear and see, minute by minute, as a strip and as a table. Staff only. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorState } from "../../components/error_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { kilobits, percent } from "../../figures.js";
import { problemCode, problemWords } from "../../problem_words.js";

/**
 * @typedef {object} Minute
 * @property {string} at
 * @property {"good" | "gaps" | "poor" | "unknown"} heard
 * @property {"good" | "unsteady" | "paused" | "none" | "unknown"} seen
 * @property {number | null} up_loss
 * @property {number | null} down_loss
 * @property {number | null} rtt_ms
 * @property {number | null} up_rate
 * @property {number | null} down_rate
 * @property {number | null} height
 * @property {string} way
 * @typedef {{id: string, name: string, role: string, minutes: Minute[]}} Person
 * @typedef {{participants: Person[], more: boolean}} Answer
 * @typedef {{answer: Answer | null, error: unknown}} Loaded
 */

const NONE = "–";
/** How high the block of a state stands; what is missing is an empty frame. */
const LEVELS = { good: "high", gaps: "middle", unsteady: "middle", poor: "low", paused: "low", none: "absent", unknown: "absent" };

/** @param {string} at */
function clock(at) {
  return new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(new Date(at));
}

/** A figure, or a dash for what was not measured. @param {number | null} value @param {(value: number) => string} words */
function known(value, words) {
  return value === null ? NONE : words(value);
}

/** @param {string} way */
function wayWord(way) {
  if (!way) return NONE;
  return way === "relay" ? t("connection.relay") : way.toUpperCase();
}

/** @param {{title: string, states: {at: string, state: keyof typeof LEVELS}[], summary: string}} props */
function Strip({ title, states, summary }) {
  return html`<div class="strip"><span class="strip__title">${title}</span>
    <div class="strip__blocks" role="img" aria-label=${`${title}: ${summary}`}>${states.map(({ at, state }) => html`<span key=${at} class="strip__block strip__block--${LEVELS[state]}" title=${`${clock(at)}: ${t(`connection.${state}`)}`}></span>`)}</div>
    <span class="muted small" aria-hidden="true">${summary}</span></div>`;
}

/** @param {{minutes: Minute[], name: string}} props */
function Figures({ minutes, name }) {
  const heads = ["minute", "heard", "seen", "lost_sent", "lost_received", "round_trip", "rate_sent", "rate_received", "lines", "way"];
  return html`<details class="connection__figures"><summary>${t("component.as_table")}</summary>
    <div class="connection__scroll" tabindex="0" role="region" aria-label=${t("connection.table_of", { name })}><table>
      <thead><tr>${heads.map((head) => html`<th key=${head} scope="col">${t(`connection.head_${head}`)}</th>`)}</tr></thead>
      <tbody>${minutes.map((minute) => html`<tr key=${minute.at}><th scope="row">${clock(minute.at)}</th><td>${t(`connection.${minute.heard}`)}</td><td>${t(`connection.${minute.seen}`)}</td>
        <td>${known(minute.up_loss, percent)}</td><td>${known(minute.down_loss, percent)}</td><td>${minute.rtt_ms ?? NONE}</td><td>${known(minute.up_rate, kilobits)}</td><td>${known(minute.down_rate, kilobits)}</td><td>${minute.height ?? NONE}</td><td>${wayWord(minute.way)}</td></tr>`)}</tbody>
    </table></div></details>`;
}

/** @param {{person: Person}} props */
function PersonMinutes({ person }) {
  const { minutes } = person;
  const name = person.name.trim() || t(`call.role_${person.role}`);
  const well = (/** @type {"heard" | "seen"} */ what) => t("connection.well", { count: minutes.filter((minute) => minute[what] === "good").length, all: minutes.length });
  const of = (/** @type {"heard" | "seen"} */ what) => minutes.map((minute) => ({ at: minute.at, state: minute[what] }));
  return html`<div class="connection__person" data-testid="connection-person">
    <h3>${name} <span class="muted">${clock(minutes[0]?.at ?? "")}${minutes.length > 1 ? `–${clock(minutes[minutes.length - 1]?.at ?? "")}` : ""}</span></h3>
    <${Strip} title=${t("connection.heard")} states=${of("heard")} summary=${well("heard")} />
    <${Strip} title=${t("connection.saw")} states=${of("seen")} summary=${well("seen")} />
    <${Figures} minutes=${minutes} name=${name} />
  </div>`;
}

function Legend() {
  const levels = /** @type {const} */ (["high", "middle", "low", "absent"]);
  return html`<ul class="connection__legend">${levels.map((level) => html`<li key=${level}><span class="strip__block strip__block--${level}" aria-hidden="true"></span> ${t(`connection.level_${level}`)}</li>`)}</ul>`;
}

/** @param {{sessionId: string}} props */
export function VisitConnection({ sessionId }) {
  const [{ answer, error }, setLoaded] = useState(/** @type {Loaded} */ ({ answer: null, error: null }));
  const load = () => {
    setLoaded({ answer: null, error: null });
    api.get(`/sessions/${sessionId}/quality`).then((/** @type {Answer} */ found) => setLoaded({ answer: found, error: null }), (/** @type {unknown} */ caught) => setLoaded({ answer: null, error: caught }));
  };
  useEffect(load, [sessionId]);
  if (error) return html`<${ErrorState} title=${t("connection.failed")} code=${problemCode(error)} action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${load} />`}>${problemWords(error)}</${ErrorState}>`;
  if (!answer) return html`<${SkeletonRows} rows=${2} />`;
  if (!answer.participants.length) return html`<p class="muted" data-testid="connection-empty">${t("connection.empty")}</p>`;
  return html`<div class="connection" data-testid="visit-connection"><p class="muted">${t("connection.intro")}</p><${Legend} />
    ${answer.participants.map((person) => html`<${PersonMinutes} key=${person.id} person=${person} />`)}
    ${answer.more && html`<p class="muted">${t("connection.more")}</p>`}</div>`;
}

/** @param {{sessionId: string, onClose: () => void}} props */
export function ConnectionDialog({ sessionId, onClose }) {
  return html`<${Dialog} title=${t("connection.title")} open=${true} onClose=${onClose} wide=${true} testid="connection-dialog"
    actions=${html`<${Button} kind="primary" label=${t("common.done")} onClick=${onClose} />`}><${VisitConnection} sessionId=${sessionId} /></${Dialog}>`;
}
