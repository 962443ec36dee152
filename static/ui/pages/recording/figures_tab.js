/** Figures of the visit: how long each person spoke, and how well they could hear and see, minute by minute. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Chart } from "../../components/chart.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { lengthWords, spokenLength } from "../recordings/words.js";
import { nameOf } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/messages.js").Plots} Plots */

/** How high the block of a minute stands; unknown is an empty frame. @type {Record<string, string>} */
const LEVELS = { good: "high", fair: "middle", poor: "low" };

/** @param {{plots: Plots, personId: string}} props */
function QualityStrip({ plots, personId }) {
  const review = useReview();
  const minutes = plots.minutes.flatMap((minute) => {
    const own = minute.participants.find((one) => one.participant_id === personId);
    return own ? [{ at_ms: minute.at_ms, quality: own.quality && own.quality in LEVELS ? own.quality : "unknown" }] : [];
  });
  if (!minutes.length) return null;
  const name = nameOf(review, personId);
  const summary = t("review.minutes_well", { count: minutes.filter((one) => one.quality === "good").length, all: minutes.length });
  return html`<div class="strip"><span class="strip__title">${name}</span>
    <div class="strip__blocks" role="img" aria-label=${`${name}: ${summary}`}>${minutes.map(({ at_ms, quality }) => html`<span key=${at_ms} class="strip__block strip__block--${LEVELS[quality] ?? "absent"}" title=${`${lengthWords(at_ms)}: ${t(`review.grade_${quality}`)}`}></span>`)}</div>
    <span class="muted small" aria-hidden="true">${summary}</span></div>`;
}

/** @param {{plots: Plots}} props the minutes in words, for who does not see the blocks */
function MinuteTable({ plots }) {
  const review = useReview();
  const people = [...new Set(plots.minutes.flatMap((minute) => minute.participants.map((one) => one.participant_id)))];
  const cell = (/** @type {Plots["minutes"][number]} */ minute, /** @type {string} */ id) => {
    const found = minute.participants.find((one) => one.participant_id === id);
    return found ? t("review.minute_cell", { grade: t(`review.grade_${found.quality && found.quality in LEVELS ? found.quality : "unknown"}`), seconds: Math.round(found.speaking) }) : t("component.no_value");
  };
  return html`<details class="connection__figures"><summary>${t("component.as_table")}</summary>
    <div class="connection__scroll" tabindex="0" role="region" aria-label=${t("review.quality_title")}><table><thead><tr><th scope="col">${t("review.minute")}</th>${people.map((id) => html`<th key=${id} scope="col">${nameOf(review, id)}</th>`)}</tr></thead>
      <tbody>${plots.minutes.map((minute) => html`<tr key=${minute.at_ms}><th scope="row"><button type="button" class="table-jump" onClick=${() => review.jump(minute.at_ms)}>${lengthWords(minute.at_ms)}</button></th>${people.map((id) => html`<td key=${id}>${cell(minute, id)}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/** @param {{plots: Plots}} props */
function Shown({ plots }) {
  const review = useReview();
  const points = plots.speaking.map(({ participant_id: id, seconds }) => ({ label: nameOf(review, id), value: seconds / 60 }));
  const all = plots.speaking.reduce((sum, one) => sum + one.seconds, 0);
  const minutes = (/** @type {number} */ value) => lengthWords(value * 60_000);
  const people = [...new Set(plots.minutes.flatMap((minute) => minute.participants.map((one) => one.participant_id)))];
  return html`<div class="figures-tab" data-testid="plots">
    ${points.length > 0 && html`<${Chart} title=${t("review.speaking_title")} summary=${t("review.speaking_sum", { time: spokenLength(all * 1000) })} points=${points} format=${minutes} axis=${t("review.person")} testid="speaking-chart" />`}
    ${people.length > 0 && html`<section class="connection"><h2>${t("review.quality_title")}</h2>${people.map((id) => html`<${QualityStrip} key=${id} plots=${plots} personId=${id} />`)}<${MinuteTable} plots=${plots} /></section>`}
  </div>`;
}

export function FiguresTab() {
  const { path } = useReview();
  const [plots, setPlots] = useState(/** @type {Plots | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = () => {
    setError(null);
    api.get(`${path}/plots`).then(setPlots, setError);
  };
  useEffect(load, [path]);
  if (error) return html`<${ErrorState} level=${2} title=${t("review.figures_failed")} code=${problemCode(error)} action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${load} />`}>${problemWords(error)}</${ErrorState}>`;
  if (!plots) return html`<${SkeletonRows} rows=${3} />`;
  if (!plots.speaking.length && !plots.minutes.length) return html`<${EmptyState} icon="activity" level=${2} title=${t("review.no_figures")}>${t("review.no_figures_more")}</${EmptyState}>`;
  return html`<${Shown} plots=${plots} />`;
}
