/** What was done beside talking, on the timeline: a sign for each kind, a number where several would lie on each other. */
import { html } from "../../../vendor/preact.js";
import { icons } from "../../../vendor/icons.js";
import { t } from "../../../core/i18n.js";
import { blocks, clusters } from "../../../core/review/timeline.js";
import { Icon } from "../../components/icon.js";
import { lengthWords } from "../recordings/words.js";
import { ACT_ICONS, actWords } from "./act_words.js";

/** @typedef {import("../../../core/review/messages.js").Act} Act */

/** Pixels of a sign and of the icon in it. */
const SIZE = 18;
const ICON = 12;
/** Signs named by a pointer that rests on them. */
const NAMED = 6;

/** @param {{kind: import("../../../core/review/messages.js").ActKind}} props */
export function ActSign({ kind }) {
  return html`<${Icon} name=${ACT_ICONS[kind]} size=${16} />`;
}

/** @param {{name: string}} props within a sign */
function Drawn({ name }) {
  return html`<g class="lanes__icon" transform=${`translate(${-ICON / 2} ${(SIZE - ICON) / 2}) scale(${ICON / 24})`}>${(icons[name] ?? []).map(([Tag, shape], index) => html`<${Tag} key=${index} ...${shape} />`)}</g>`;
}

/** @param {import("./review.js").Review} review @param {readonly Act[]} acts */
function title(review, acts) {
  const lines = acts.slice(0, NAMED).map((act) => `${lengthWords(act.at_ms)} ${actWords(review, act)}`);
  return acts.length > NAMED ? [...lines, t("review.acts_more", { count: acts.length - NAMED })].join("\n") : lines.join("\n");
}

/** @param {{review: import("./review.js").Review, view: import("../../../core/review/timeline.js").View, width: number, top: number}} props */
export function ActsRow({ review, view, width, top }) {
  const { acts } = review.timeline.value;
  const lasting = acts.filter((act) => act.end_ms !== null && act.end_ms > act.at_ms).map((act) => ({ start_ms: act.at_ms, end_ms: act.end_ms }));
  return html`<g class="lanes__acts">
    ${blocks(lasting, view, width).map((block) => html`<rect key=${`holds-${block.first}`} class="lanes__holds" x=${block.x} y=${top + 11} width=${block.width} height="4" rx="2" />`)}
    ${clusters(acts.map((act) => act.at_ms), view, width, SIZE + 2).map((block) => {
      const here = acts.slice(block.first, block.first + block.count);
      return html`<g key=${block.first} data-testid="act-sign" data-kinds=${here.map((act) => act.kind).join(" ")} transform=${`translate(${block.x} ${top + 4})`}><title>${title(review, here)}</title>
        <rect x=${-SIZE / 2} width=${SIZE} height=${SIZE} rx="4" />
        ${block.count > 1 ? html`<text y="13" text-anchor="middle">${block.count}</text>` : here[0] && html`<${Drawn} name=${ACT_ICONS[here[0].kind]} />`}
      </g>`;
    })}
  </g>`;
}
