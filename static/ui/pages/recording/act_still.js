/** A picture taken during the visit: small in the list, full in a dialog. Opening it is written down. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Icon } from "../../components/icon.js";
import { lazy } from "../../components/lazy.js";
import { nameOf } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/messages.js").Still} Still */

const PictureDialog = lazy(async () => (await import("../../call/stills/picture_dialog.js")).PictureDialog);

/** @param {{act: import("../../../core/review/messages.js").Act}} props of a still */
export function ActStill({ act }) {
  const review = useReview();
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState(false);
  const picture = act.still;
  if (!picture) return null;
  const name = nameOf(review, act.participant_id ?? "");
  const at = `/api/v1${review.path}/stills/${picture.id}`;
  const still = /** @type {Still} */ (/** @type {unknown} */ ({ ...picture, taken_at: picture.at, kept_at: null }));
  const show = () => {
    review.player.clock.pause(); // What is said meanwhile would be missed.
    setOpen(true);
  };
  return html`<button type="button" class="note__still" onClick=${show} aria-label=${t("review.open_still", { number: picture.number, name })} data-testid="act-still">
      ${picture.thumbnail && !broken ? html`<img src="${at}/thumbnail" alt="" loading="lazy" onError=${() => setBroken(true)} />` : html`<${Icon} name="camera" />`}</button>
    ${open && html`<${PictureDialog} still=${still} name=${name} at=${at} may=${{ erase: false }} onClose=${() => setOpen(false)} />`}`;
}
