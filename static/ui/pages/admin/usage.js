/** Use: how many visits, how long, how long people waited. Counts only. */
import { html, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Chart } from "../../components/chart.js";
import { EmptyState } from "../../components/empty_state.js";
import { Select } from "../../components/select.js";
import { Loaded, Section } from "./parts.js";
import { useResource } from "./use_resource.js";

/**
 * @typedef {{day: string, sessions: number, held: number, failed: number, minutes: number, participants: number, wait_median: number | null, wait_slow: number | null}} Day
 * @typedef {{days: Day[], totals: Record<string, number | null>}} UsageAnswer
 */

const PERIODS = ["7", "30", "90"];
/** Seconds from which a wait is told in minutes. */
const IN_MINUTES = 90;

/** @param {number} value */
function number(value) {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(value);
}

/** @param {number} seconds */
function wait(seconds) {
  const minutes = seconds >= IN_MINUTES;
  return new Intl.NumberFormat(language(), { style: "unit", unit: minutes ? "minute" : "second", maximumFractionDigits: 0 }).format(minutes ? seconds / 60 : seconds);
}

/** @param {number | null} seconds */
function inMinutes(seconds) {
  return seconds === null ? null : seconds / 60;
}

/** @param {number} value */
function minutes(value) {
  return new Intl.NumberFormat(language(), { style: "unit", unit: "minute", maximumFractionDigits: 1 }).format(value);
}

/** @param {string} day */
function dayLabel(day) {
  return new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/** @param {{totals: Record<string, number | null>}} props */
function Totals({ totals }) {
  const figures = ["sessions", "held", "minutes", "participants", "failed"].map((name) => ({ name, value: number(totals[name] ?? 0) }));
  const median = totals["wait_median"];
  figures.push({ name: "wait_median", value: median === null || median === undefined ? t("component.no_value") : wait(median) });
  return html`<dl class="figures" data-testid="usage-totals">${figures.map((figure) => html`<div class="figure" key=${figure.name}><dt>${t(`usage.${figure.name}`)}</dt><dd>${figure.value}</dd></div>`)}</dl>`;
}

/** @param {{answer: UsageAnswer}} props */
function Plots({ answer }) {
  const { days, totals } = answer;
  const of = (/** @type {"sessions" | "minutes" | "participants" | "failed"} */ name) => days.map((day) => ({ label: dayLabel(day.day), value: day[name] }));
  const slow = totals["wait_slow"];
  const bars = /** @type {const} */ (["sessions", "minutes", "participants", "failed"]);
  return html`<${Totals} totals=${totals} />
    <div class="charts">
      ${bars.map((name) => html`<div class="card card--padded" key=${name}><${Chart} title=${t(`usage.${name}`)} summary=${t("usage.together", { count: number(totals[name] ?? 0) })} points=${of(name)} format=${number} testid=${`chart-${name}`} /></div>`)}
      <div class="card card--padded"><${Chart} kind="line" title=${t("usage.wait")} summary=${slow === null || slow === undefined ? t("usage.nobody_waited") : t("usage.nine_of_ten", { time: wait(slow) })}
        points=${days.map((day) => ({ label: dayLabel(day.day), value: inMinutes(day.wait_median), high: inMinutes(day.wait_slow) }))} format=${minutes} highLabel=${t("usage.wait_slow")} testid="chart-wait" /></div>
    </div>`;
}

export function Usage() {
  const [period, setPeriod] = useState("30");
  const resource = /** @type {import("./use_resource.js").Resource<UsageAnswer>} */ (useResource(`/admin/usage/${period}`));
  const choose = html`<${Select} label=${t("usage.period")} hideLabel=${true} value=${period} onChange=${setPeriod} options=${PERIODS.map((value) => ({ value, label: t("usage.days", { count: Number(value) }) }))} testid="usage-period" />`;
  return html`<${Section} title=${t("usage.title")} hint=${t("usage.hint")} end=${choose} testid="admin-usage">
    <${Loaded} resource=${resource} rows=${8}>${(/** @type {UsageAnswer} */ data) => (data.totals["sessions"]
      ? html`<${Plots} answer=${data} />`
      : html`<div class="card"><${EmptyState} icon="activity" title=${t("usage.empty")}>${t("usage.empty_more")}</${EmptyState}></div>`)}</${Loaded}>
  </${Section}>`;
}
