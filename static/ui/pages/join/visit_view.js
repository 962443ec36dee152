/** The views that every way in shares, from the waiting room on. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { lazy } from "../../components/lazy.js";
import { useOnline } from "../../use_online.js";
import { Goodbye } from "./goodbye.js";
import { LinkFault } from "./link_fault.js";
import { Elsewhere, MoveDevice } from "./move_device.js";
import { Stage } from "./stage.js";
import { WaitingRoom } from "./waiting_room.js";

const QueueRoom = lazy(async () => (await import("./queue/room.js")).QueueRoom);
const QueueGoodbye = lazy(async () => (await import("./queue/goodbye.js")).QueueGoodbye);

/**
 * @param {{visit: import("./visit.js").Visit, media: import("./media.js").JoinMedia, awake: boolean, fallback: unknown}} props
 *   `fallback`: what is shown before anything is known
 */
export function VisitView({ visit, media, awake, fallback }) {
  const view = visit.view.value;
  switch (view.name) {
    case "waiting":
      if (visit.isQueued || visit.queue.value) return html`<${QueueRoom} visit=${visit} media=${media} awake=${awake} fallback=${fallback} />`;
      return html`<${WaitingRoom} visit=${visit} media=${media} awake=${awake} />`;
    case "call":
      return html`<${Stage} visit=${visit} media=${media} />`;
    case "goodbye":
      if (visit.isQueued || visit.queue.value) return html`<${QueueGoodbye} key=${view.reason} visit=${visit} reason=${view.reason} />`;
      return html`<${Goodbye} key=${view.reason} visit=${visit} reason=${view.reason} />`;
    case "fault":
      return html`<${LinkFault} key=${view.code} visit=${visit} code=${view.code} />`;
    case "move":
      return html`<${MoveDevice} key=${view.step} visit=${visit} step=${view.step} />`;
    case "elsewhere":
      return html`<${Elsewhere} visit=${visit} />`;
    default:
      return fallback;
  }
}

/** @param {{hidden: boolean}} props the call has a banner of its own */
export function OfflineBar({ hidden }) {
  const online = useOnline();
  if (online || hidden) return null;
  return html`<div class="offline-bar"><${Banner} kind="warn" icon="wifi-off" testid="offline">${t("join.offline")}</${Banner}></div>`;
}
