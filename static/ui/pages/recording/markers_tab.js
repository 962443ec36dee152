/** The markers in order of time: jump, change, remove and take that back. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { lengthWords, spokenLength } from "../recordings/words.js";
import { keepFocus } from "./keep_focus.js";
import { categoryWord, reviewProblem } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/messages.js").Marker} Marker */

/** @param {{at: number, end?: number | null}} props a moment or a span, for eyes and for ears */
export function Moment({ at, end = null }) {
  return html`<span class="moment"><span aria-hidden="true">${lengthWords(at)}${end === null ? "" : `–${lengthWords(end)}`}</span>
    <span class="visually-hidden">${end === null ? spokenLength(at) : t("review.span", { from: spokenLength(at), to: spokenLength(end) })}</span></span>`;
}

/** @param {{marker: Marker, isNow: boolean}} props */
function MarkerLine({ marker, isNow }) {
  const review = useReview();
  const own = useRef(/** @type {HTMLElement | null} */ (null));
  const [busy, setBusy] = useState(false);
  const { start_ms, end_ms, category, text, visibility } = marker;
  const fields = { start_ms, end_ms, category, text, visibility };
  const remove = async () => {
    const line = own.current;
    const next = line?.nextElementSibling ?? line?.previousElementSibling;
    setBusy(true);
    try {
      await review.removeMarker(marker);
      keepFocus(next);
      toast(t("review.marker_removed"), { undo: () => void review.addMarker(fields).catch((error) => toast(reviewProblem(error))) });
    } catch (error) {
      setBusy(false);
      toast(reviewProblem(error));
      void review.reloadMarkers().catch(() => {}); // What went wrong has been said.
    }
  };
  const edit = () => { review.dialog.value = { name: "marker", marker, fields }; };
  const label = `${categoryWord(category)} ${lengthWords(start_ms)}`;
  return html`<li class=${isNow ? "note note--now" : "note"} ref=${own} aria-current=${isNow ? "true" : undefined} data-testid="marker">
    <button type="button" class="note__jump" onClick=${() => review.jump(start_ms)} data-testid="jump-marker"><${Moment} at=${start_ms} end=${end_ms} /><strong>${categoryWord(category)}</strong></button>
    ${text && html`<p class="note__text">${text}</p>`}
    <p class="note__foot muted"><span>${marker.author}</span>${visibility === "private" && html`<${Badge} icon="eye-off">${t("review.private")}</${Badge}>`}</p>
    ${marker.mine && review.can.value.mark && html`<div class="note__acts"><${Button} kind="icon" icon="notebook-pen" label=${t("review.edit_marker", { name: label })} onClick=${edit} testid="edit-marker" />
      <${Button} kind="icon" icon="trash-2" label=${t("review.remove_marker", { name: label })} busy=${busy} onClick=${() => void remove()} testid="remove-marker" /></div>`}
  </li>`;
}

export function MarkersTab() {
  const review = useReview();
  const now = new Set(review.markersNow.value.split(","));
  const markers = review.markers.value;
  const add = review.can.value.mark && html`<${Button} icon="plus" label=${t("review.add_marker")} onClick=${() => review.newMarker()} />`;
  if (!markers.length) return html`<${EmptyState} icon="pin" level=${2} title=${t("review.no_markers")} testid="no-markers" action=${add}>${t("review.no_markers_more")}</${EmptyState}>`;
  return html`<div class="notes-head"><${Button} icon="chevron-up" label=${t("review.previous_marker")} onClick=${() => review.jumpMarker(-1)} testid="previous-marker" />
      <${Button} icon="chevron-down" label=${t("review.next_marker")} onClick=${() => review.jumpMarker(1)} testid="next-marker" /></div>
    <ul class="notes" aria-label=${t("review.tab_markers")}>${markers.map((marker) => html`<${MarkerLine} key=${marker.id} marker=${marker} isNow=${now.has(marker.id)} />`)}</ul>
    <p class="muted small review-side__hint"><${Icon} name="info" size=${14} /> ${t("review.markers_hint")}</p>`;
}
