/** The stage with everybody on it, its controls, and the timeline below: what goes full screen together. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Controls } from "./controls.js";
import { ReviewStage } from "./stage.js";
import { TimelinePart } from "./timeline_part.js";
import { nameOf } from "./words.js";
import { useReview } from "./review.js";

/** More tiles than this want a higher stage on phones. */
const MANY = 4;

/** What holds everybody up, one thing at a time. */
function PlayerBanner() {
  const review = useReview();
  const { sync } = review.player;
  const [slow] = sync.slow.value;
  const lane = review.player.lanes.find((one) => one.id === slow);
  if (sync.blocked.value) return html`<${Banner} kind="warn" icon="play" testid="press-play">${t("review.press_play")}</${Banner}>`;
  if (lane) {
    const name = nameOf(review, lane.participantId);
    return html`<${Banner} kind="warn" icon="hourglass" testid="slow" action=${html`<${Button} label=${t("review.go_on_without", { name })} onClick=${() => sync.skip(lane.id)} testid="skip-person" />`}>${t("review.waiting_for", { name })}</${Banner}>`;
  }
  if (sync.faults.value.size > 0) {
    return html`<${Banner} kind="warn" testid="some-broken" action=${html`<${Button} label=${t("common.try_again")} onClick=${() => sync.retry()} />`}>${t("review.some_broken", { count: sync.faults.value.size })}</${Banner}>`;
  }
  return null;
}

/** Said once when the state changes; the position is on the slider. */
function LiveState() {
  const { clock } = useReview().player;
  const words = clock.playing.value ? (clock.held.value ? t("review.buffering") : t("review.playing")) : t("review.paused");
  return html`<p class="visually-hidden" role="status">${words}</p>`;
}

/** @param {{root: import("../../../vendor/preact.js").RefObject<HTMLElement | null>}} props of the keys and of full screen */
export function PlayerPart({ root }) {
  const own = useRef(/** @type {HTMLElement | null} */ (null));
  const hasMany = useReview().player.lanes.length > MANY;
  useEffect(() => {
    root.current = own.current;
  }, []);
  return html`<section class="player" data-theme="dark" ref=${own} aria-label=${t("review.player")} data-testid="player">
    <${LiveState} />
    <div class=${hasMany ? "player__stage player__stage--many" : "player__stage"}><${ReviewStage} /></div>
    <${PlayerBanner} />
    <${Controls} root=${own} />
    <${TimelinePart} />
  </section>`;
}
