/** The waiting room of a queue: one's place, what happens next, and everything one can do meanwhile. */
import { html } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { asksFirst } from "../../../../core/states.js";
import { WaitingConsent } from "../../../call/recording_parts.js";
import { WaitingTalk } from "../../../call/text_parts.js";
import { useViewFocus } from "../../../view_focus.js";
import { ahead } from "../ahead.js";
import { Connection, useReadiness } from "../waiting_room.js";
import { AskedIn } from "./asked_in.js";
import { QueueDevices } from "./devices.js";
import { EmergencyBanner } from "./emergency.js";
import { KeepPlace } from "./keep_place.js";
import { LeaveLine } from "./leave.js";
import { LineNotices } from "./notices.js";
import { MessageNotice } from "./message_notice.js";
import { PlaceCard } from "./place.js";

/** @typedef {import("../visit.js").Visit} Visit */
/** @typedef {import("../media.js").JoinMedia} JoinMedia */

/** @param {import("../../../../core/messages.js").Queue | null} queue @returns {string} of the window: one looks at it from elsewhere */
function windowTitle(queue) {
  const place = queue?.place ?? null;
  if (queue?.moved_to) return t("line.asked_in_title");
  return place === null ? t("line.title") : t("line.window", { place });
}

/** @param {{visit: Visit, media: JoinMedia, awake: boolean}} props */
export function QueueRoom({ visit, media, awake }) {
  const queue = visit.queue.value;
  const heading = useViewFocus(windowTitle(queue));
  useReadiness(visit, media);
  return html`<div class="page" data-testid="waiting-room">
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("line.title")}</h1>${queue && html`<p class="page__lead" data-testid="line-name">${queue.name}</p>`}</div>
    <${EmergencyBanner} />
    <${Connection} visit=${visit} />
    <${AskedIn} visit=${visit} />
    <${MessageNotice} call=${visit.call.value} />
    <${LineNotices} queue=${queue} />
    ${asksFirst(visit.call.value) && html`<${WaitingConsent} visit=${visit} />`}
    <div class="waiting__grid">
      <div class="line__column"><${PlaceCard} visit=${visit} awake=${awake} /><${KeepPlace} visit=${visit} /></div>
      <div class="line__column"><${QueueDevices} visit=${visit} media=${media} />${ahead.value && html`<${WaitingTalk} session=${ahead.value} />`}</div>
    </div>
    <div><${LeaveLine} visit=${visit} /></div>
  </div>`;
}
