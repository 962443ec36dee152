/** The timeline: a slider over everybody's rows. What it draws stands as a list under "Events". */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { ACT_KINDS } from "../../../core/review/events.js";
import { follow, momentAt, momentByKey, pan, whole, xOf } from "../../../core/review/timeline.js";
import { Avatar } from "../../components/avatar.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { lengthWords, spokenLength } from "../recordings/words.js";
import { keepFocus } from "./keep_focus.js";
import { zoomBy } from "./keys.js";
import { ActSign } from "./acts_row.js";
import { TimelineRows, rowsOf } from "./timeline_rows.js";
import { nameOf } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("./review.js").Review} Review */

/** Factor of a press on nearer or farther. */
const ZOOM = 2;
/** Part of what is in sight that a step sideways moves it. */
const PAN = 0.5;
/** Seconds between spoken positions while it plays. */
const SAID_EVERY = 15;
/** Pixels around a marker that still mean the marker. */
const NEAR = 8;

/** @returns {[import("../../../vendor/preact.js").RefObject<HTMLElement | null>, number]} */
function useWidth() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => setWidth(Math.max(1, element.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** The moment under a pointer; a marker, a line of the chat or an act nearby catches it. @param {Review} review @param {PointerEvent} event @param {HTMLElement} element */
function pointed(review, event, element) {
  const box = element.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const view = review.view.value;
  const at = momentAt(view, box.width, x);
  const { chat, acts } = review.timeline.value;
  const row = rowsOf(review.timeline.value).find((one) => y >= one.top && y < one.top + one.height);
  /** @type {Record<string, number[]>} */
  const moments = { markers: review.markers.value.map((one) => one.start_ms), chat: chat.map((one) => one.at_ms), acts: acts.map((one) => one.at_ms) };
  return (moments[row?.id ?? ""] ?? []).find((ms) => Math.abs(xOf(view, box.width, ms) - x) <= NEAR) ?? at;
}

/** Press and drag move the playhead. @param {Review} review */
function usePointer(review) {
  const dragging = useRef(false);
  const go = (/** @type {PointerEvent} */ event) => review.player.seek(pointed(review, event, /** @type {HTMLElement} */ (event.currentTarget)));
  return {
    onPointerDown: (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0) return;
      dragging.current = true;
      /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
      go(event);
    },
    onPointerMove: (/** @type {PointerEvent} */ event) => {
      if (dragging.current) go(event);
    },
    onPointerUp: () => { dragging.current = false; },
    onPointerCancel: () => { dragging.current = false; },
  };
}

/** @param {Review} review @param {KeyboardEvent} event */
function onKeyDown(review, event) {
  const { clock } = review.player;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const span = review.view.value.to - review.view.value.from;
  if (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    review.view.value = pan(review.view.value, (event.key === "ArrowLeft" ? -PAN : PAN) * span, clock.duration);
  } else {
    const to = momentByKey(event.key, clock.position, clock.duration);
    if (to === null) return;
    review.jump(to);
  }
  event.preventDefault();
}

/** Names of the rows. @param {{people: readonly {id: string}[]}} props */
function Labels({ people }) {
  const review = useReview();
  return html`<ul class="lanes__labels" aria-hidden="true">
    <li class="lanes__label lanes__label--ruler"></li>
    <li class="lanes__label"><${Icon} name="pin" size=${16} /><span>${t("review.row_markers")}</span></li>
    <li class="lanes__label"><${Icon} name="message-square" size=${16} /><span>${t("review.row_chat")}</span></li>
    ${review.timeline.value.acts.length > 0 && html`<li class="lanes__label"><${Icon} name="clipboard-list" size=${16} /><span>${t("review.row_acts")}</span></li>`}
    ${people.map(({ id }) => html`<li class="lanes__label lanes__label--person" key=${id}><${Avatar} name=${nameOf(review, id)} /><span>${nameOf(review, id)}</span></li>`)}
  </ul>`;
}

/** The line where one is; the only part drawn ten times a second. @param {{width: number}} props */
function Playhead({ width }) {
  const review = useReview();
  const x = xOf(review.view.value, width, review.player.position.value);
  return x < 0 || x > width ? null : html`<div class="lanes__playhead" style=${{ transform: `translateX(${x}px)` }}></div>`;
}

/** The slider. @param {{width: number, people: readonly {id: string}[]}} props */
function Slider({ width, people }) {
  const review = useReview();
  const { clock, position } = review.player;
  const second = Math.floor(position.value / 1000);
  // A screen reader that stands here would say each new second.
  const said = clock.playing.value ? second - (second % SAID_EVERY) : second;
  return html`<div class="lanes__slider" role="slider" tabindex="0" aria-label=${t("review.position")} aria-valuemin="0" aria-valuemax=${Math.floor(clock.duration / 1000)} aria-valuenow=${second}
    aria-valuetext=${t("review.position_of", { at: spokenLength(said * 1000), all: spokenLength(clock.duration) })} data-testid="position" onKeyDown=${(/** @type {KeyboardEvent} */ event) => onKeyDown(review, event)} ...${usePointer(review)}>
    <${TimelineRows} width=${width} people=${people} />
    <${Playhead} width=${width} />
  </div>`;
}

/** Stays where the focus is when there is nothing left to do for it. @param {{icon: string, label: string, idle: boolean, act: () => void, testid: string}} props */
function Step({ icon, label, idle, act, testid }) {
  return html`<${Button} kind="icon" icon=${icon} label=${label} onClick=${idle ? undefined : act} testid=${testid} attributes=${{ "aria-disabled": idle ? "true" : undefined }} />`;
}

function Zoom() {
  const review = useReview();
  const own = useRef(/** @type {HTMLElement | null} */ (null));
  const { clock } = review.player;
  const { from, to } = review.view.value;
  const isWhole = to - from >= clock.duration;
  const move = (/** @type {number} */ direction) => { review.view.value = pan(review.view.value, direction * PAN * (to - from), clock.duration); };
  const all = () => {
    review.view.value = whole(clock.duration);
    keepFocus(own.current); // this button goes
  };
  return html`<div class="lanes__zoom" ref=${own} role="group" aria-label=${t("review.zoom")}>
    <span class=${isWhole ? "lanes__shown lanes__shown--all" : "lanes__shown"} role="status">${isWhole ? t("review.shown_all") : t("review.shown_part", { from: lengthWords(from), to: lengthWords(to) })}</span>
    <${Step} icon="chevron-left" label=${t("review.earlier")} idle=${from <= 0} act=${() => move(-1)} testid="pan-left" />
    <${Step} icon="chevron-right" label=${t("review.later")} idle=${to >= clock.duration} act=${() => move(1)} testid="pan-right" />
    <${Step} icon="minus" label=${t("review.farther")} idle=${isWhole} act=${() => zoomBy(review, 1 / ZOOM)} testid="zoom-out" />
    <${Button} kind="icon" icon="plus" label=${t("review.nearer")} onClick=${() => zoomBy(review, ZOOM)} testid="zoom-in" />
    ${!isWhole && html`<${Button} kind="plain" label=${t("review.show_all")} onClick=${all} testid="zoom-all" />`}
  </div>`;
}

const SIGNS = ["captured", "not_captured", "speaks", "dip", "gap", "join"];

function Legend() {
  const kinds = new Set(useReview().timeline.value.acts.map((act) => act.kind));
  return html`<details class="lanes__legend"><summary>${t("review.legend")}</summary><ul>${ACT_KINDS.filter((kind) => kinds.has(kind)).map((kind) => html`<li key=${kind}><${ActSign} kind=${kind} />${t(`review.kind_${kind}`)}</li>`)}${SIGNS.map((sign) => html`<li key=${sign}><span class="lanes__sign lanes__sign--${sign}" aria-hidden="true"></span>${t(`review.legend_${sign}`)}</li>`)}</ul></details>`;
}

/** While it plays the view goes on with the playhead. @param {Review} review */
function useFollowing(review) {
  const { clock, position } = review.player;
  const ms = position.value;
  useEffect(() => {
    const next = clock.playing.value ? follow(review.view.value, ms, clock.duration) : review.view.value;
    if (next !== review.view.value) review.view.value = next;
  }, [ms]);
}

function Following() {
  useFollowing(useReview());
  return null;
}

export function TimelinePart() {
  const review = useReview();
  const [ref, width] = useWidth();
  const ids = [...new Set(review.player.lanes.map((lane) => lane.participantId))].map((id) => ({ id }));
  return html`<div class="lanes" data-testid="timeline"><${Following} />
    <div class="lanes__head"><${Legend} /><${Zoom} /></div>
    <div class="lanes__body"><${Labels} people=${ids} /><div class="lanes__view" ref=${ref}><${Slider} width=${width} people=${ids} /></div></div>
  </div>`;
}
