/** Where the caller is: a sketch without a map, coordinates and the Open Location Code to copy, how exact and how old it is. */
import { h, html } from "../../vendor/preact.js";
import { language, t } from "../../core/i18n.js";
import { plusCode } from "../../core/incident/plus_code.js";
import { sketchOf } from "../../core/incident/sketch.js";
import { Button } from "../components/button.js";
import { DateTime } from "../components/date_time.js";
import { toast } from "../components/toast.js";
import { copyText } from "../copy_text.js";

/** @typedef {import("../../core/messages.js").IncidentPosition} IncidentPosition */

/** Digits behind the point: 1.1 m. */
const DIGITS = 5;

/** @param {number} metres */
export function distance(metres) {
  const far = metres >= 1_000;
  const digits = far && metres < 10_000 ? 1 : 0;
  return new Intl.NumberFormat(language(), { style: "unit", unit: far ? "kilometer" : "meter", maximumFractionDigits: digits }).format(far ? metres / 1_000 : Math.max(1, Math.round(metres)));
}

/** "52.51630, 13.37770": what maps and radios understand. @param {IncidentPosition} position */
export function coordinates({ lat, lon }) {
  return `${lat.toFixed(DIGITS)}, ${lon.toFixed(DIGITS)}`;
}

/** @param {{positions: readonly IncidentPosition[]}} props */
export function PositionSketch({ positions }) {
  const fixes = positions.map(({ lat, lon, accuracy, received_at: at }) => ({ latitude: lat, longitude: lon, accuracy_m: accuracy, at }));
  const sketch = sketchOf(fixes);
  const last = positions[positions.length - 1];
  if (!sketch || !last) return null;
  const { size, here, radius, track, scale } = sketch;
  const label = t("incident.sketch_label", { accuracy: distance(last.accuracy), count: positions.length });
  const foot = size - 16;
  return h("svg", { class: "sketch", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "data-testid": "sketch" },
    h("g", { class: "sketch__grid" }, [0.25, 0.5, 0.75].map((part) => h("path", { key: part, d: `M0 ${part * size}H${size}M${part * size} 0V${size}` }))),
    h("circle", { class: "sketch__accuracy", cx: here.x, cy: here.y, r: Math.max(radius, 6) }),
    h("polyline", { class: "sketch__track", points: track.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ") }),
    track.slice(0, -1).map(({ x, y }, index) => h("circle", { key: index, class: "sketch__was", cx: x.toFixed(1), cy: y.toFixed(1), r: 2 })),
    h("circle", { class: "sketch__here", cx: here.x, cy: here.y, r: 6 }),
    h("path", { class: "sketch__north", d: `M${size - 24} 40V16m-7 9l7-9l7 9` }),
    h("text", { class: "sketch__text", x: size - 24, y: 56, "text-anchor": "middle" }, t("incident.north")),
    h("path", { class: "sketch__scale", d: `M16 ${foot - 5}v5h${scale.length.toFixed(1)}v-5` }),
    h("text", { class: "sketch__text", x: 16, y: foot - 10 }, distance(scale.metres)));
}

/** @param {{label: string, text: string, testid: string}} props */
function Copyable({ label, text, testid }) {
  const copy = async () => toast(t((await copyText(text)) ? "incident.copied" : "link.copy_failed", { text }));
  return html`<div class="copyable"><p class="copyable__label">${label}</p><p class="copyable__text" data-testid=${testid}>${text}</p>
    <${Button} kind="icon" icon="copy" label=${t("incident.copy", { what: label })} onClick=${() => void copy()} testid=${`copy-${testid}`} /></div>`;
}

/** @param {{positions: readonly IncidentPosition[], place: string, name?: string}} props `place`: as the caller wrote it; `name`: whose, where there are several */
export function PositionView({ positions, place, name = "" }) {
  const last = positions[positions.length - 1];
  const title = name ? t("incident.position_of", { name }) : t("incident.position");
  return html`<section class="incident-part" aria-label=${title} data-testid="position">
    <h2 dir="auto">${title}</h2>
    ${place && html`<p class="incident-part__place" dir="auto" data-testid="place"><span class="muted">${t("incident.place_said")}</span> ${place}</p>`}
    ${!last && !place && html`<p class="muted">${t("incident.no_position")}</p>`}
    ${last && html`<${PositionSketch} positions=${positions} />
      <p class="incident-part__age">${t("incident.accuracy", { accuracy: distance(last.accuracy) })} · <${DateTime} at=${last.received_at} /></p>
      <div class="copyables"><${Copyable} label=${t("incident.coordinates")} text=${coordinates(last)} testid="coordinates" /><${Copyable} label=${t("incident.plus_code")} text=${plusCode(last.lat, last.lon)} testid="plus-code" /></div>`}
  </section>`;
}
