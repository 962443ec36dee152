/** A frozen picture with what was drawn on it: a press in the list opens it in a dialog, a button lays it over the person's tile. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { drawingOver } from "../../../core/review/drawings.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { Icon } from "../../components/icon.js";
import { DrawnShapes } from "../../guidance/drawn_frame.js";
import { actWords } from "./act_words.js";
import { nameOf } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/messages.js").Act} Act */
/** @typedef {import("../../../core/review/messages.js").DrawingOfAct} DrawingOfAct */

/** @param {{drawing: DrawingOfAct, label: string, onFail: () => void}} props */
function Picture({ drawing, label, onFail }) {
  const { path } = useReview();
  const { width, height } = drawing;
  return html`<figure class="drawn-frame" data-testid="act-drawn"><img class="drawn-frame__picture" src=${`/api/v1${path}/frames/${drawing.id}`} alt=${label} width=${width} height=${height} onError=${onFail} data-testid="act-drawn-picture" />
    <svg class="drawn-frame__lines" viewBox=${`0 0 ${width} ${height}`} aria-hidden="true"><${DrawnShapes} frame=${drawing} shapes=${drawing.shapes} /></svg></figure>`;
}

/** @param {import("./review.js").Review} review @param {Act} act @param {DrawingOfAct} drawing who drew what on whose picture */
function labelOf(review, act, drawing) {
  return t("review.drawing_by", { name: act.name, person: nameOf(review, act.participant_id ?? ""), count: drawing.shapes.length });
}

/** @param {{act: Act}} props of a drawing */
export function ActDrawing({ act }) {
  const review = useReview();
  const [open, setOpen] = useState(false);
  const [failed, setFailed] = useState(false);
  const { drawing } = act;
  if (!drawing) return null;
  const show = () => {
    review.player.clock.pause(); // What is said meanwhile would be missed.
    setFailed(false);
    setOpen(true);
  };
  return html`<button type="button" class="note__still" onClick=${show} aria-label=${t("review.open_drawing", { what: actWords(review, act) })} data-testid="act-drawing"><${Icon} name="notebook-pen" /></button>
    ${open && html`<${Dialog} title=${t("review.drawing")} open=${true} wide=${true} onClose=${() => setOpen(false)} testid="drawing-dialog">
      ${failed ? html`<p role="alert">${t("still.not_shown")}</p>` : html`<${Picture} drawing=${drawing} label=${labelOf(review, act, drawing)} onFail=${() => setFailed(true)} />`}
      <p class="muted">${labelOf(review, act, drawing)} · <${DateTime} at=${drawing.at} /></p>
    </${Dialog}>`}`;
}

/** Over the tile of a person, while the recording is where it was shown, if one wants to see it. @param {{participantId: string}} props */
export function TileDrawing({ participantId }) {
  const review = useReview();
  const [failed, setFailed] = useState("");
  const act = drawingOver(review.timeline.value.acts, review.drawingNow.value, participantId);
  if (!review.drawings.value || !act?.drawing || failed === act.id) return null;
  const { drawing, id } = act;
  return html`<div class="review-tile__drawing" key=${id} data-testid="tile-drawing"><${Picture} drawing=${drawing} label=${labelOf(review, act, drawing)} onFail=${() => setFailed(id)} /></div>`;
}
