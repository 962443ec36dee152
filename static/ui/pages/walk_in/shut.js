/** The waiting room takes nobody now: when it does again, and what to do until then. Opens by itself. */
import { html, useEffect } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { useNow } from "../../components/date_time.js";
import { EmergencyBanner } from "../join/queue/emergency.js";
import { Notice } from "../join/notice.js";

/** @typedef {import("./entering.js").Door} Door */

/** Milliseconds between looks: often where a place may become free, and at the hour. */
const LOOK_MS = 30_000;

/** @param {string} at @param {number} now @returns {string} "Monday 08:00", with the date when it is further away */
function openingWords(at, now) {
  const moment = new Date(at);
  const days = (moment.getTime() - now) / 86_400_000;
  const day = days < 6 ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(language(), /** @type {Intl.DateTimeFormatOptions} */ ({ ...day, hour: "2-digit", minute: "2-digit" })).format(moment);
}

/** @param {Door} door @param {number} now @returns {string} */
function shutWords(door, now) {
  if (door.open) return t("walk.full_text");
  return door.next_opening ? t("walk.closed_until", { time: openingWords(door.next_opening, now) }) : t("walk.closed_text");
}

/** @param {{visit: import("./walk_in.js").WalkIn, door: Door}} props */
export function Shut({ visit, door }) {
  const now = useNow();
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && void visit.look(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<div class="page page--narrow walk"><${EmergencyBanner} />
    <${Notice} icon="clock" title=${t(door.open ? "walk.full_title" : "walk.closed_title", { name: door.name })} text=${shutWords(door, now)} phone=${door.phone} testid="walk-shut"
      actions=${html`<${Button} icon="refresh-cw" wide=${true} label=${t("walk.look_again")} onClick=${() => void visit.look()} />`}>
      <p class="muted small">${t("walk.by_itself")}</p>${door.notice && html`<p>${door.notice}</p>`}</${Notice}></div>`;
}
