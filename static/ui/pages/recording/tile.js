/** One person or one shared screen: picture, name, what can be heard of them, and why there is nothing when there is nothing. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { reasonAt } from "../../../core/review/schedule.js";
import { Avatar } from "../../components/avatar.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { TileDrawing } from "./act_drawing.js";
import { MediaElement } from "./media_element.js";
import { nameOf } from "./words.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/sync.js").LaneView} LaneView */
/** @typedef {import("../../../core/review/stage.js").Rect} Rect */

/** Narrower than this a tile has no room for its slider; the person's volume is in the list "About". CSS pixels. */
const ROOM_FOR_VOLUME = 300;

/**
 * Puts the player's element into the tile; it leaves by itself when its file is given back. @param {LaneView["media"]} media
 * @returns {{host: import("../../../vendor/preact.js").RefObject<HTMLElement | null>, hasPicture: boolean}}
 */
function useElement(media) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  const [hasPicture, setHasPicture] = useState(false);
  useEffect(() => {
    setHasPicture(false);
    if (!(media instanceof MediaElement)) return undefined;
    const { element } = media;
    const look = () => setHasPicture(element.videoWidth > 0);
    host.current?.replaceChildren(element);
    for (const name of ["loadedmetadata", "resize"]) element.addEventListener(name, look);
    look();
    return () => {
      for (const name of ["loadedmetadata", "resize"]) element.removeEventListener(name, look);
    };
  }, [media]);
  return { host, hasPicture };
}

/** Why there is nothing to see or hear. @param {{view: LaneView}} props */
function Missing({ view }) {
  const review = useReview();
  const name = nameOf(review, view.lane.participantId);
  const reason = view.state === "broken" ? t(`review.part_${view.fault}`) : t(`review.gap_${reasonAt(review.timeline.value, view.lane.participantId, review.player.position.value)}`);
  return html`<div class="review-tile__missing" data-testid="not-recorded"><${Avatar} name=${name} large=${true} />
    <p><${Icon} name=${view.state === "broken" ? "triangle-alert" : "video-off"} />${view.state === "broken" ? t("review.part_broken") : t("review.not_recorded")}</p><p class="review-tile__reason">${reason}</p></div>`;
}

/** @param {{participantId: string, name: string, wide: boolean}} props */
function SoundControls({ participantId, name, wide }) {
  const { player } = useReview();
  void player.sounds.value; // Drawn again when it changes.
  const { muted, volume } = player.sound(participantId);
  const set = (/** @type {Event} */ event) => player.setSound(participantId, { volume: Number(/** @type {HTMLInputElement} */ (event.currentTarget).value) / 100, muted: false });
  return html`<${Button} kind="icon" icon=${muted ? "volume-x" : "volume-2"} pressed=${muted} label=${t("review.mute_person", { name })} onClick=${() => player.setSound(participantId, { muted: !muted })} testid="mute-person" />
    ${wide && html`<input class="review-tile__volume" type="range" min="0" max="100" step="5" value=${Math.round(volume * 100)} aria-label=${t("review.volume_of", { name })} onInput=${set} data-testid="volume" />`}`;
}

/** @param {{view: LaneView, rect: Rect | null, speaks: boolean}} props */
export function ReviewTile({ view, rect, speaks }) {
  const review = useReview();
  const { host, hasPicture } = useElement(view.media);
  const { id, participantId, group } = view.lane;
  const person = nameOf(review, participantId);
  const name = group === "screen" ? t("review.screen_of", { name: person }) : person;
  const isPinned = review.pinned.value === id;
  const isMissing = view.state === "gap" || view.state === "broken";
  const pictureGap = group === "main" && !isMissing ? review.pictureGap(participantId) : "";
  const style = rect ? { left: `${rect.left}px`, top: `${rect.top}px`, width: `${rect.width}px`, height: `${rect.height}px` } : {};
  return html`<div class=${speaks ? "review-tile review-tile--speaks" : "review-tile"} style=${style} hidden=${!rect} role="group" aria-label=${name} data-role=${rect?.role} data-lane=${id} data-state=${view.state} data-testid="review-tile">
    <div class="review-tile__media" ref=${host} hidden=${isMissing}></div>
    ${!isMissing && (!hasPicture || pictureGap) && html`<div class="review-tile__missing review-tile__missing--covers"><${Avatar} name=${person} large=${true} />${pictureGap && html`<p><${Icon} name="video-off" />${t("review.no_picture")}</p><p class="review-tile__reason">${t(`review.gap_${pictureGap}`)}</p>`}</div>`}
    ${isMissing && html`<${Missing} view=${view} />`}
    ${group === "main" && html`<${TileDrawing} participantId=${participantId} />`}
    ${view.state === "waiting" && html`<span class="review-tile__wait"><${Icon} name="loader-circle" label=${t("review.buffering")} /></span>`}
    <div class="review-tile__foot"><span class="review-tile__name">${speaks && html`<${Icon} name="mic" size=${14} label=${t("review.speaks")} />`}<span>${name}</span></span>
      <span class="review-tile__acts">${group === "main" && html`<${SoundControls} participantId=${participantId} name=${person} wide=${(rect?.width ?? 0) >= ROOM_FOR_VOLUME} />`}
        <${Button} kind="icon" icon=${isPinned ? "pin-off" : "pin"} pressed=${isPinned} label=${t("review.pin", { name })} onClick=${() => review.togglePin(id)} testid="pin-person" class="review-tile__pin" /></span></div>
  </div>`;
}
