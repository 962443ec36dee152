/** The rows of the timeline as one SVG. Drawn when the view or what is known changes, not while the playhead moves. */
import { html, useMemo } from "../../../vendor/preact.js";
import { blocks, clusters, ticks, xOf } from "../../../core/review/timeline.js";
import { lengthWords } from "../recordings/words.js";
import { ActsRow } from "./acts_row.js";
import { NO_TIMELINE, useReview } from "./review.js";

/** @typedef {import("../../../core/review/timeline.js").View} View */
/** @typedef {import("./review.js").Review} Review */
/** @typedef {{id: string, height: number}} Row pixels */

/** The rows above the people's. The labels beside them have the same heights in the style sheet. */
const ROWS = /** @type {Row[]} */ ([{ id: "ruler", height: 22 }, { id: "markers", height: 26 }, { id: "chat", height: 22 }]);
const ACTS = { id: "acts", height: 26 };
/** Pixels of a person's row, and of the band in it. */
export const PERSON = 30;
const BAND = 14;
/** Pixels of a sign. */
const SIGN = 10;
const DOT = 6;

/** Most visits have nothing for the row of acts. @param {import("../../../core/review/messages.js").Timeline} timeline @returns {(Row & {top: number})[]} */
export function rowsOf(timeline) {
  let top = 0;
  return (timeline.acts.length ? [...ROWS, ACTS] : ROWS).map((row) => {
    top += row.height;
    return { ...row, top: top - row.height };
  });
}

const HEAD = ROWS.reduce((sum, row) => sum + row.height, 0);

/** @param {string} id */
const topOf = (id) => rowsOf(NO_TIMELINE).find((row) => row.id === id)?.top ?? 0;

/** @param {{view: View, width: number, height: number}} props */
function Ruler({ view, width, height }) {
  return html`<g class="lanes__ruler">${ticks(view, width).map((ms) => {
    const x = xOf(view, width, ms);
    return html`<g key=${ms}><line x1=${x} x2=${x} y1="16" y2=${height} /><text x=${x + 4} y="13">${lengthWords(ms)}</text></g>`;
  })}</g>`;
}

/** @param {{review: Review, view: View, width: number}} props */
function MarkerRow({ review, view, width }) {
  const markers = review.markers.value;
  const top = topOf("markers");
  const spans = markers.filter((one) => one.end_ms !== null);
  return html`<g class="lanes__markers">
    ${blocks(spans, view, width).map((block) => html`<rect key=${block.first} x=${block.x} y=${top + 9} width=${block.width} height="8" rx="3" />`)}
    ${clusters(markers.map((one) => one.start_ms), view, width, SIGN + 2).map((block) => html`<g key=${block.first} transform=${`translate(${block.x} ${top + 4})`}>
      <path d="M-5 0h10v12l-5 5-5-5z" />${block.count > 1 && html`<text y="10" text-anchor="middle">${block.count}</text>`}</g>`)}
  </g>`;
}

/** @param {{review: Review, view: View, width: number}} props */
function ChatRow({ review, view, width }) {
  const { chat } = review.timeline.value;
  const top = topOf("chat") + 11;
  const hits = review.hits.value.flatMap((index) => chat[index]?.at_ms ?? []);
  return html`<g class="lanes__chat">
    ${clusters(chat.map((line) => line.at_ms), view, width, DOT).map((block) => html`<circle key=${block.first} cx=${block.x} cy=${top} r=${Math.min(5, 2.5 + block.count / 4)} />`)}
    ${clusters(hits, view, width, DOT).map((block) => html`<path class="lanes__hit" key=${`hit-${block.first}`} d=${`M${block.x - 5} ${top - 10}h10l-5 8zM${block.x - 1} ${top - 3}h2v12h-2z`} />`)}
  </g>`;
}

/** @param {{review: Review, personId: string, view: View, width: number, top: number}} props */
function PersonRow({ review, personId, view, width, top }) {
  const { timeline, player } = review;
  const { consent, speaking, quality, gaps, joins } = timeline.value;
  const own = /** @template {{participant_id: string}} T @param {readonly T[]} all @returns {T[]} */ (all) => all.filter((one) => one.participant_id === personId);
  const y = top + (PERSON - BAND) / 2;
  const captured = own(consent).filter((span) => span.what === "captured");
  const files = player.lanes.find((lane) => lane.id === `${personId}:main`)?.segments ?? [];
  const band = (/** @type {readonly import("../../../core/review/timeline.js").Span[]} */ spans, /** @type {string} */ name, /** @type {number} */ at, /** @type {number} */ high) =>
    blocks(spans, view, width).map((block) => html`<rect key=${`${name}-${block.first}`} class="lanes__${name}" x=${block.x} y=${at} width=${block.width} height=${high} />`);
  return html`<g>
    <line class="lanes__base" x1="0" x2=${width} y1=${y + BAND / 2} y2=${y + BAND / 2} />
    ${band(files.length ? files : captured, "captured", y, BAND)}
    ${band(own(consent).filter((span) => span.what === "not_captured"), "withheld", y, BAND)}
    ${band(own(gaps), "gap", y, BAND)}
    ${band(own(speaking), "speaks", y + 3, BAND - 6)}
    ${band(own(quality), "dip", y + BAND + 1, 4)}
    ${own(joins).filter((one) => one.at_ms >= view.from && one.at_ms <= view.to).map((one, index) => {
      const x = xOf(view, width, one.at_ms);
      const isIn = one.what === "joined" || one.what === "back" || one.what === "resumed";
      return html`<path key=${`join-${index}`} class="lanes__join" d=${isIn ? `M${x} ${y - 3}v${BAND + 6}M${x} ${y + BAND / 2 - 4}l5 4-5 4z` : `M${x} ${y - 3}v${BAND + 6}M${x} ${y + BAND / 2 - 4}l-5 4 5 4z`} />`;
    })}
  </g>`;
}

/** @param {{width: number, people: readonly {id: string}[]}} props */
export function TimelineRows({ width, people }) {
  const review = useReview();
  const view = review.view.value;
  const head = HEAD + (review.timeline.value.acts.length ? ACTS.height : 0);
  const height = head + people.length * PERSON;
  return useMemo(() => html`<svg class="lanes__picture" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
    <defs><pattern id="withheld" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" class="lanes__stripe" /></pattern></defs>
    <${Ruler} view=${view} width=${width} height=${height} />
    <${MarkerRow} review=${review} view=${view} width=${width} />
    <${ChatRow} review=${review} view=${view} width=${width} />
    <${ActsRow} review=${review} view=${view} width=${width} top=${HEAD} />
    ${people.map(({ id }, index) => html`<${PersonRow} key=${id} review=${review} personId=${id} view=${view} width=${width} top=${head + index * PERSON} />`)}
  </svg>`, [view, width, people.length, review.timeline.value, review.markers.value, review.hits.value]);
}
