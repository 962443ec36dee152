/** A marker just made: what it is about, in a press or a few words; it is saved already. And the list of one's own. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { clockTime, duration, t } from "../../../core/i18n.js";
import { CATEGORIES } from "../../../core/markers.js";
import { leaderActs } from "../../../core/recording.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { useCall } from "../context.js";
import { isIdle } from "./card.js";
import { refusalWords } from "./desk.js";
import { markersOf, openMarker } from "./marks.js";

/** @typedef {import("../../../core/markers.js").LiveMarker} LiveMarker */

const MAX_TEXT = 200; // characters
/** Milliseconds without a touch after which the card goes; the marker stays. */
const STAY_MS = 8_000;

/** @param {LiveMarker} marker */
function placeOf(marker) {
  return marker.startMs === null ? clockTime(marker.at) : duration(marker.startMs / 1000);
}

/** Closes the card after a while in which nobody touched it. @param {string} touched */
function useLeaving(touched) {
  useEffect(() => {
    const timer = setTimeout(() => { openMarker.value = ""; }, STAY_MS);
    return () => clearTimeout(timer);
  }, [touched]);
}

/** Takes it back, and says so when that did not work. @param {import("../../../core/markers.js").LiveMarkers} markers @param {string} key */
function undo(markers, key) {
  if (openMarker.value === key) openMarker.value = "";
  markers.undo(key).catch((error) => toast(refusalWords(error)));
}

/** @param {{marker: LiveMarker}} props */
function Open({ marker }) {
  const markers = markersOf(useCall().session);
  const [text, setText] = useState(marker.text);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLeaving(`${marker.key} ${marker.category} ${text}`);
  useEffect(() => {
    const before = document.activeElement;
    // On a phone that would bring up the keyboard, over half of the pictures.
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus({ preventScroll: true });
    return () => {
      if (isIdle(document.activeElement) && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const done = () => {
    if (text.trim() !== marker.text) markers.describe(marker.key, { text: text.trim() });
    if (openMarker.value === marker.key) openMarker.value = "";
  };
  // However it closes, what was typed is kept.
  const last = useRef(done);
  last.current = done;
  useEffect(() => () => last.current(), []);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Enter" && event.target !== field.current) return;
    event.preventDefault();
    event.stopPropagation();
    done();
  };
  return html`<section class="rec-card marker-card" role="group" aria-label=${t("recording.marked_at", { time: placeOf(marker) })} data-testid="marker-card" onKeyDown=${onKeyDown}>
    <div class="rec-card__head"><h2><span role="status">${t("recording.marked_at", { time: placeOf(marker) })}</span></h2><${Button} kind="plain" icon="undo-2" label=${t("component.undo")} onClick=${() => undo(markers, marker.key)} testid="marker-undo" /></div>
    <div class="marker-card__kinds" role="group" aria-label=${t("recording.marker_kind")}>
      ${CATEGORIES.map((one) => html`<${Button} key=${one} label=${t(`recording.marker_${one}`)} pressed=${marker.category === one} onClick=${() => markers.describe(marker.key, { category: one })} testid=${`marker-${one}`} />`)}</div>
    <div class="marker-card__write"><input class="field__input" ref=${field} aria-label=${t("recording.marker_text")} placeholder=${t("recording.marker_text")} maxlength=${MAX_TEXT} value=${text} data-testid="marker-text" onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
      <${Button} label=${t("common.done")} onClick=${done} testid="marker-done" /></div>
  </section>`;
}

export function MarkerCard() {
  const { session } = useCall();
  const markers = markersOf(session);
  const online = session.connection.value === "online";
  useEffect(() => {
    if (online) markers.retryAll();
  }, [online]);
  const marker = markers.list.value.find((one) => one.key === openMarker.value);
  return marker ? html`<${Open} key=${marker.key} marker=${marker} />` : null;
}

const STATUS = { saving: "clock", saved: "check", failed: "circle-alert" };

/** @param {{marker: LiveMarker}} props */
function Row({ marker }) {
  const markers = markersOf(useCall().session);
  const what = [t(`recording.marker_${marker.category}`), marker.text].filter(Boolean).join(": ");
  return html`<li class="marker" data-testid="own-marker" data-status=${marker.status}><span class="marker__time nowrap">${placeOf(marker)}</span><span class="marker__text">${what}</span>
    <${Icon} name=${STATUS[marker.status]} size=${16} label=${t(`recording.marker_${marker.status}`)} />
    ${marker.status === "failed" && html`<${Button} kind="plain" label=${t("common.try_again")} onClick=${() => void markers.retry(marker.key)} />`}
    <${Button} kind="icon" icon="undo-2" label=${t("recording.marker_take_back", { time: placeOf(marker) })} onClick=${() => undo(markers, marker.key)} /></li>`;
}

/** One's own markers of this call, in the panel. */
export function OwnMarkers() {
  const { session } = useCall();
  const list = markersOf(session).list.value;
  if (!list.length && !leaderActs(session.state.value?.recording).has("mark")) return null;
  return html`<h3 class="people__title">${t("recording.own_markers")}</h3>
    ${list.length ? html`<ul class="markers">${list.map((marker) => html`<${Row} key=${marker.key} marker=${marker} />`)}</ul>` : html`<p class="muted small">${t("recording.no_markers")}</p>`}`;
}
