/** Out of the line, in each way it can end: what happened, and the way on. */
import { html } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { Button } from "../../../components/button.js";
import { Notice } from "../notice.js";

/** @typedef {import("../visit.js").Visit} Visit */
/** @typedef {import("../../../../core/messages.js").GoodbyeReason} GoodbyeReason */
/** @typedef {"seen" | "left" | "moved" | "missed" | "over" | "removed"} LineEnd */

/** @type {Record<LineEnd, {icon: string, kind: "ok" | "plain" | "warn", again: boolean}>} */
const ENDS = {
  seen: { icon: "circle-check", kind: "ok", again: false },
  left: { icon: "log-out", kind: "plain", again: true },
  moved: { icon: "smartphone", kind: "ok", again: false },
  missed: { icon: "bell-off", kind: "warn", again: true },
  over: { icon: "hourglass", kind: "warn", again: true },
  removed: { icon: "door-open", kind: "warn", again: false },
};

/**
 * A page that slept may not know how it ended: who was still in the line when it last heard was not seen.
 * @param {GoodbyeReason} reason
 * @param {import("../../../../core/messages.js").EntryState | null} state as last heard
 * @returns {LineEnd}
 */
export function endOf(reason, state) {
  if (reason === "left" || reason === "moved") return reason;
  if (reason === "removed" || reason === "denied" || state === "removed") return "removed";
  if (state === "no_show") return "missed";
  return state === null || state === "waiting" || state === "asleep" ? "over" : "seen";
}

/** @param {{visit: Visit, reason: GoodbyeReason}} props */
export function QueueGoodbye({ visit, reason }) {
  const queue = visit.queue.value;
  const way = endOf(reason, queue?.state ?? null);
  const { icon, kind, again } = ENDS[way];
  const phone = queue?.phone;
  return html`<${Notice} icon=${icon} kind=${kind} title=${t(`line.end_${way}_title`)} text=${t(`line.end_${way}_text`)} testid="line-${way}" ...${phone ? { phone } : {}}
    actions=${again && html`<${Button} kind="primary" large=${true} wide=${true} icon="log-in" label=${t("line.again")} onClick=${() => void visit.again()} testid="join-again" />
      ${way === "left" && visit.isQueued && html`<${Button} wide=${true} icon="user-plus" label=${t("line.anew")} onClick=${() => visit.anew()} testid="join-anew" />`}`} />`;
}
