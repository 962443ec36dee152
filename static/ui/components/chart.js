/** Chart: figures over time as bars, or as a line with the band it usually stays in. SVG; the same figures stand below as a table. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";

const WIDTH = 640;
const HEIGHT = 190;
const LEFT = 52;
const BOTTOM = 30;
const TOP = 8;
/** Labels below the axis; more would run into each other on a phone. */
const MAX_LABELS = 5;

/** @typedef {{label: string, value: number | null, high?: number | null}} Point `high` is the upper edge of the band */

/**
 * A round number at or above the largest value.
 * @param {number} value
 * @returns {number}
 */
export function roundUp(value) {
  if (value <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(value));
  const found = [1, 2, 4, 5, 10].find((factor) => factor * step >= value) ?? 10;
  return Math.max(1, found * step);
}

/** @param {Point[]} points */
function scaleOf(points) {
  const top = roundUp(Math.max(0, ...points.map((point) => Math.max(point.value ?? 0, point.high ?? 0))));
  const slot = (WIDTH - LEFT) / Math.max(1, points.length);
  return { top, slot, x: (/** @type {number} */ index) => LEFT + slot * (index + 0.5), y: (/** @type {number} */ value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top) };
}

/** @typedef {ReturnType<typeof scaleOf>} Scale */

/** @param {{points: Point[], scale: Scale, format: (value: number) => string}} props */
function Axes({ points, scale, format }) {
  const every = Math.ceil(points.length / MAX_LABELS);
  const lines = scale.top === 1 ? [0, 1] : [0, scale.top / 2, scale.top];
  return html`<g class="chart__axes">
    ${lines.map((value) => html`<g key=${value}><line x1=${LEFT} x2=${WIDTH} y1=${scale.y(value)} y2=${scale.y(value)} /><text x=${LEFT - 6} y=${scale.y(value) + 4} text-anchor="end">${format(value)}</text></g>`)}
    ${points.map((point, index) => index % every === 0 && html`<text key=${point.label} x=${scale.x(index)} y=${HEIGHT - 4} text-anchor="middle">${point.label}</text>`)}
  </g>`;
}

/** @param {{points: Point[], scale: Scale}} props */
function Bars({ points, scale }) {
  const width = Math.max(2, Math.min(28, scale.slot * 0.7));
  return html`<g class="chart__bars">${points.map((point, index) => point.value ? html`<rect key=${point.label} x=${scale.x(index) - width / 2} y=${scale.y(point.value)} width=${width} height=${HEIGHT - BOTTOM - scale.y(point.value)} rx="2" />` : null)}</g>`;
}

/** Runs of neighbouring points that have a value: a day without one is a gap, no zero. @param {Point[]} points */
function runs(points) {
  /** @type {number[][]} */
  const found = [];
  points.forEach((point, index) => {
    if (point.value === null) return;
    const last = found[found.length - 1];
    if (last && last[last.length - 1] === index - 1) last.push(index);
    else found.push([index]);
  });
  return found;
}

/** @param {{points: Point[], scale: Scale}} props */
function Line({ points, scale }) {
  const at = (/** @type {number} */ index, /** @type {"value" | "high"} */ edge) => `${scale.x(index)},${scale.y(points[index]?.[edge] ?? points[index]?.value ?? 0)}`;
  return html`<g class="chart__line">${runs(points).map((run) => html`<g key=${run[0]}>
    <polygon points=${[...run.map((index) => at(index, "high")), ...[...run].reverse().map((index) => at(index, "value"))].join(" ")} />
    <polyline points=${run.map((index) => at(index, "value")).join(" ")} />
    ${run.map((index) => html`<circle key=${index} cx=${scale.x(index)} cy=${scale.y(points[index]?.value ?? 0)} r=${run.length === 1 ? 4 : 2.5} />`)}
  </g>`)}</g>`;
}

/**
 * @param {{title: string, summary: string, points: Point[], kind?: "bars" | "line", format?: (value: number) => string, highLabel?: string, axis?: string, testid?: string}} props
 *   `summary` says in a sentence what the picture shows; `highLabel` names the band's upper edge in the table, `axis` what stands below
 *   the points (a day, where nothing is said).
 */
export function Chart({ title, summary, points, kind = "bars", format = String, highLabel, axis, testid }) {
  const scale = scaleOf(points);
  const shown = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? t("component.no_value") : format(value));
  return html`<figure class="chart" data-testid=${testid}>
    <figcaption class="chart__title">${title} <span class="muted">${summary}</span></figcaption>
    <svg class="chart__picture" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`${title}. ${summary}`}>
      <${Axes} points=${points} scale=${scale} format=${format} />
      ${kind === "bars" ? html`<${Bars} points=${points} scale=${scale} />` : html`<${Line} points=${points} scale=${scale} />`}
    </svg>
    <details class="chart__figures"><summary>${t("component.as_table")}</summary>
      <div class="chart__scroll" tabindex="0" role="region" aria-label=${title}><table><thead><tr><th scope="col">${axis ?? t("component.day")}</th><th scope="col">${title}</th>${highLabel && html`<th scope="col">${highLabel}</th>`}</tr></thead>
        <tbody>${points.map((point) => html`<tr key=${point.label}><th scope="row">${point.label}</th><td>${shown(point.value)}</td>${highLabel && html`<td>${shown(point.high)}</td>`}</tr>`)}</tbody></table></div>
    </details>
  </figure>`;
}
