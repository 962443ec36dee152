/** The stage: a tile for each person and each shared screen. Tiles never move in the page, only their rectangles change. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { layoutReview, mainTile } from "../../../core/review/stage.js";
import { ReviewTile } from "./tile.js";
import { useReview } from "./review.js";

/** @typedef {import("../../../core/review/sync.js").LaneView} LaneView */
/** @typedef {{width: number, height: number}} Size */

/** @returns {[import("../../../vendor/preact.js").RefObject<HTMLElement | null>, Size]} */
function useSize() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const [size, setSize] = useState({ width: 640, height: 360 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** Who spoke last keeps the stage in a pause. @param {string[]} speaking */
function useLastSpeaker(speaking) {
  const last = useRef(/** @type {string | null} */ (null));
  if (speaking[0] && !(last.current && speaking.includes(last.current))) last.current = speaking[0];
  return last.current;
}

/** A person who was away is not shown; a screen only while it is shared. @param {string[]} away @param {LaneView} view */
function isShown(away, { lane, state }) {
  return state !== "gap" || (lane.group === "main" && !away.includes(lane.participantId));
}

export function ReviewStage() {
  const review = useReview();
  const [ref, area] = useSize();
  const speaking = review.speaking.value.split(",").filter(Boolean);
  const away = review.away.value.split(",");
  const speaker = useLastSpeaker(speaking);
  const views = review.player.sync.views.value;
  const tiles = views.map((view) => ({ id: view.lane.id, participantId: view.lane.participantId, group: view.lane.group, shown: isShown(away, view) }));
  const wish = { area, tiles, pinned: review.pinned.value, mode: review.mode.value, speaker };
  const rects = layoutReview(wish);
  const main = mainTile(wish);
  return html`<div class="review-stage" ref=${ref} data-main=${main ?? ""} data-testid="review-stage">
    ${views.map((view) => html`<${ReviewTile} key=${view.lane.id} view=${view} rect=${rects.get(view.lane.id) ?? null} speaks=${view.lane.group === "main" && speaking.includes(view.lane.participantId)} />`)}
    ${views.length > 0 && rects.size === 0 && html`<p class="review-stage__empty">${t("review.nobody_here")}</p>`}
  </div>`;
}
